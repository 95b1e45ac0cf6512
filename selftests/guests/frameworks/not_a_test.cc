// Programs that are no test binaries, each bad in one way when it is asked something: the name it
// is called by, or its first flag, says which.
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

int main(int, char** argv) {
  const std::string name = argv[0];
  if (name.ends_with("hangs")) pause();
  if (name.ends_with("crashes")) raise(SIGSEGV);
  while (name.ends_with("floods"))
    puts("a line, and another, and another, and another, and one more");
  if (name.ends_with("lies")) puts("--gtest_list_tests");
  if (name.ends_with("refuses")) {
    fputs("usage: it [--data DIR]\n", stderr);
    return -1;
  }
  puts("garbage");
  return 0;
}
