// The sockets that listen in the cell, from the tables of its network namespace; init reads them
// when a process was left that could hold one. It opens no socket itself.
#include <arpa/inet.h>
#include <stdlib.h>

#include "framework/builder/calls_inside.h"
#include "framework/builder/facilities_inside.h"
#include "framework/builder/table_inside.h"

namespace cloister::inside {
namespace {

// LeftKind of cloister/report.h.
constexpr std::uint8_t kTcpPort = 0;
constexpr std::uint8_t kUdpPort = 1;
constexpr std::uint8_t kUnixSocket = 2;

// "0100007F:1F90", "00000000000000000000000001000000:1F90": words as the machine has them.
void add_port(std::uint8_t kind, const char* address, RollCall& roll) {
  if (roll.counts[kind]++ >= kLeftNamed) return;
  std::uint32_t words[4] = {};
  const char* colon = strchr(address, ':');
  const bool six = colon - address == 32;
  for (std::size_t i = 0; i < (six ? 4U : 1U); ++i) {
    char word[9] = {};
    memcpy(word, address + i * 8, 8);
    words[i] = static_cast<std::uint32_t>(strtoul(word, nullptr, 16));
  }
  char host[INET6_ADDRSTRLEN] = {};
  inet_ntop(six ? AF_INET6 : AF_INET, words, host, sizeof host);
  char text[INET6_ADDRSTRLEN + 16];
  const int length = snprintf(text, sizeof text, six ? "[%s]:%lu" : "%s:%lu", host,
                              strtoul(colon + 1, nullptr, 16));
  name_leftover(roll, kind, 0, {text, static_cast<std::size_t>(length)});
}

// "  0: 0100007F:1F90 00000000:0000 0A ...": proc(5). TCP listens in state 0A; UDP that is bound
// and not connected is in 07.
void take_inet(std::uint8_t kind, char* line, RollCall& roll) {
  char* rest = nullptr;
  strtok_r(line, " ", &rest);
  const char* local = strtok_r(nullptr, " ", &rest);
  strtok_r(nullptr, " ", &rest);
  const char* state = strtok_r(nullptr, " ", &rest);
  if (state == nullptr || strcmp(state, kind == kTcpPort ? "0A" : "07") != 0) return;
  const char* colon = strchr(local, ':');
  if (colon != nullptr && (colon - local == 8 || colon - local == 32)) add_port(kind, local, roll);
}

// "ffff...: 00000002 00000000 00010000 0001 01 12345 /path": the flag is __SO_ACCEPTCON.
void take_unix(char* line, RollCall& roll) {
  char* rest = nullptr;
  strtok_r(line, " ", &rest);
  for (int skipped = 0; skipped < 2; ++skipped) strtok_r(nullptr, " ", &rest);
  const char* flags = strtok_r(nullptr, " ", &rest);
  for (int skipped = 0; skipped < 3; ++skipped) strtok_r(nullptr, " ", &rest);
  if (flags == nullptr || strcmp(flags, "00010000") != 0) return;
  if (roll.counts[kUnixSocket]++ >= kLeftNamed) return;
  name_leftover(roll, kUnixSocket, 0, rest != nullptr ? rest : "");
}

void read_inet(const char* table, std::uint8_t kind, RollCall& roll) {
  read_table(table, [kind, &roll](char* line) { take_inet(kind, line, roll); });
}

}  // namespace

void list_ports(RollCall& roll) {
  read_inet("/proc/net/tcp", kTcpPort, roll);
  read_inet("/proc/net/tcp6", kTcpPort, roll);
  read_inet("/proc/net/udp", kUdpPort, roll);
  read_inet("/proc/net/udp6", kUdpPort, roll);
  read_table("/proc/net/unix", [&roll](char* line) { take_unix(line, roll); });
}

}  // namespace cloister::inside
