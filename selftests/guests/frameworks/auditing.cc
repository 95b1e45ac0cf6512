// Tests that use files, programs and addresses in each way that an audit tells of. They begin in a
// directory with `data/words` and `data/more`, a file `log` and an empty directory `results`.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace {

namespace fs = std::filesystem;

std::string text_of(const char* name) {
  std::ifstream file(name);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Uses, ReadsAFile) { EXPECT_EQ(text_of("data/words"), "words"); }

TEST(Uses, ListsADirectory) {
  EXPECT_EQ(std::distance(fs::directory_iterator("data"), fs::directory_iterator()), 2);
}

TEST(Uses, GoesIntoADirectory) {
  fs::current_path("data");
  EXPECT_EQ(text_of("more"), "more");
}

TEST(Uses, LooksAtADirectory) { EXPECT_TRUE(fs::is_directory("empty")); }

TEST(Uses, AddsToALog) {
  std::ofstream("log", std::ios::app) << "second\n";
  EXPECT_EQ(text_of("log"), "first\nsecond\n");
}

TEST(Uses, RenamesWhatItWrote) {
  std::ofstream("results/new.part") << "result";
  fs::rename("results/new.part", "results/new");
}

TEST(Uses, RemovesAFile) { EXPECT_TRUE(fs::remove("old")); }

TEST(Uses, ReadsWhatItWrote) {
  std::ofstream("own") << "own";
  EXPECT_EQ(text_of("own"), "own");
}

TEST(Uses, ExecutesAProgram) { EXPECT_EQ(::system("/usr/bin/cat data/more > /dev/null"), 0); }

TEST(Uses, CallsAnAddress) {
  const int connection = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(6379);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_NE(::connect(connection, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ::close(connection);
}

TEST(Uses, ListensOnASocketInADirectory) {
  const int listener = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strcpy(address.sun_path, "server.sock");
  EXPECT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ::close(listener);
}

TEST(Uses, WritesToItsPrivateTmp) { std::ofstream("/tmp/of_its_own") << "nobody's business"; }

TEST(Many, FilesHereAndInADirectory) {
  fs::create_directory("many");
  for (int i = 0; i < 20; ++i) {
    std::ofstream("out" + std::to_string(i)) << i;
    std::ofstream("many/out" + std::to_string(i)) << i;
  }
}

TEST(Odd, NamesOfFiles) {
  for (const char* name : {"quo\"te\\back\nline", "com,ma", "bytes\xff\xfe", "star*[1]?"}) {
    EXPECT_FALSE(fs::exists(name));
    std::ofstream(name) << "odd";
  }
}

// These two fail beside each other on the host's files, and the first of them always.
TEST(Meets, WritesForASecond) {
  for (int i = 0; i < 100; ++i) {
    std::ofstream("shared") << "one";
    ::usleep(10000);
  }
  FAIL() << "as it is to";
}
TEST(Meets, ReadsForASecond) {
  for (int i = 0; i < 100; ++i) {
    text_of("shared");
    ::usleep(10000);
  }
}

TEST(Replaces, ADirectoryByAFile) {
  EXPECT_TRUE(fs::remove("results"));
  std::ofstream("results") << "now a file";
}

TEST(Fails, HavingWrittenAFile) {
  std::ofstream("trace") << "trace";
  FAIL() << "as it is to";
}

}  // namespace
