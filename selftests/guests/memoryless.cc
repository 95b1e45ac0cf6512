// A program that has memory in its first process only: whoever else wants some finds none.
#include <gtest/gtest.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <new>

#include <cloister/gtest.h>

namespace {
pid_t first = 0;  // 0 until main
}

void* operator new(std::size_t size) {
  if (first != 0 && getpid() != first) throw std::bad_alloc();
  if (void* memory = malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { free(memory); }
void operator delete(void* memory, std::size_t) noexcept { free(memory); }

TEST(Memoryless, Test) {}

int main(int argc, char** argv) {
  first = getpid();
  testing::InitGoogleTest(&argc, argv);
  const int status = cloister::run_all_tests();
  puts("main goes on");
  return status;
}
