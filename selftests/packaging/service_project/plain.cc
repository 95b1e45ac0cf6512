// C++17, where a configuration is assigned.
#include <cstdlib>
#include <iostream>

#include <cloister/service.h>

int main() {
  cloister::ServiceConfig config;
  config.command = {"sh", "-c", "echo ready; exec sleep 100"};
  config.ready = cloister::log_line("ready");
  cloister::Service sleeper{config};
  std::cout << "running: " << sleeper.is_running() << '\n';
  std::cout << to_string(sleeper.stop()) << '\n';
  try {
    config.command = {"sh", "-c", "exit 3"};
    cloister::Service none(config);
  } catch (const cloister::ServiceError& error) {
    std::cout << error.what() << '\n';
  }
  return EXIT_SUCCESS;
}
