#include "framework/host/declared_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "selftests/support/disk_directory.h"

namespace cloister {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::Not;

class Declared : public testing::Test {
 protected:
  Declared() {
    for (const char* name : {"data/a", "data/b", "log", "out/deep/old"}) {
      fs::create_directories((place_ / name).parent_path());
      std::ofstream(place_ / name) << name;
    }
    facts_.program_files = {"/usr/bin/true", place_ / "gone"};
  }
  std::string in(const std::string& name) const { return place_ / name; }
  Result<DeclaredFiles> files(const std::vector<std::string>& inputs,
                              const std::vector<std::string>& outputs) const {
    const auto all = [this](std::vector<std::string> names) {
      for (std::string& name : names) name = in(name);
      return names;
    };
    const CellConfig config = CellConfig{}.with_inputs(all(inputs)).with_outputs(all(outputs));
    return declared_files(config, facts_);
  }

  const selftests::DiskDirectory directory_{"cloister-declared-XXXXXX"};
  const fs::path& place_ = directory_.path();
  HostFacts facts_;
};

TEST_F(Declared, InputsAreReadableBesideTheSystemAndTheProgram) {
  const auto declared = files({"data/*", "log"}, {});
  ASSERT_TRUE(declared);
  for (const char* name : {"data/a", "data/b", "log"})
    EXPECT_THAT(declared->readable, Contains(in(name)));
  EXPECT_THAT(declared->readable, Contains("/usr"));
  EXPECT_THAT(declared->readable, Each(Not(in("gone"))));
  EXPECT_TRUE(declared->writable.empty());
}

TEST_F(Declared, AnInputThatIsNotThereIsAnErrorUnlessItIsAnOutput) {
  const auto missing = files({"dato"}, {});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().text(), "cannot give this test '" + in("dato") +
                                        "' (inputs): there is no such file; make it before the "
                                        "run, or leave it out");
  EXPECT_TRUE(files({"dato"}, {"dato"}));
}

TEST_F(Declared, AnOutputIsWritableInTheDirectoryThatIsThere) {
  const std::pair<const char*, const char*> directories[] = {{"out/deep/*.txt", "out/deep"},
                                                             {"out/deep/new", "out/deep"},
                                                             {"out/deep/not/there", "out/deep"},
                                                             {"out/deep", "out"}};
  for (const auto& [output, directory] : directories) {
    const auto declared = files({}, {output});
    ASSERT_TRUE(declared);
    ASSERT_EQ(declared->writable.size(), 1U);
    EXPECT_EQ(declared->writable[0].directory, in(directory)) << output;
    EXPECT_TRUE(declared->writable[0].is_empty);
  }
}

// So that what is renamed stays in one file system.
TEST_F(Declared, OutputsInADirectoryWithAViewShareThat) {
  facts_.views = {{place_.string()}};
  const auto declared = files({}, {"out/deep/new", "data/new"});
  ASSERT_TRUE(declared);
  ASSERT_EQ(declared->writable.size(), 1U);
  EXPECT_EQ(declared->writable[0].directory, place_);
  EXPECT_THAT(declared->writable[0].made, ElementsAre("out", "out/deep", "data"));
}

TEST_F(Declared, DirectoriesOfOutputsThatLieInOthersAreMadeInThem) {
  const auto declared = files({}, {"log", "out/deep/*"});
  ASSERT_TRUE(declared);
  ASSERT_EQ(declared->writable.size(), 1U);
  EXPECT_EQ(declared->writable[0].directory, place_);
  EXPECT_THAT(declared->writable[0].made, ElementsAre("out", "out/deep"));
}

TEST_F(Declared, AnOutputOfTheSystemsIsAnError) {
  for (const std::string output :
       {"/etc/passwd", "/usr/**", "/**", "/new", "/dev/shm/x", "/proc"}) {
    const auto declared = declared_files(CellConfig{}.with_outputs({output}), facts_);
    ASSERT_FALSE(declared) << output;
    EXPECT_EQ(declared.error().text(), "cannot let this test write to '" + output +
                                           "' (outputs): it is the system's; name what lies in "
                                           "directories of your own");
  }
}

TEST_F(Declared, AllThereIsAndWhatCellsHaveOfTheirOwnAreNoInputs) {
  const auto why = [this](const std::string& input) {
    return declared_files(CellConfig{}.with_inputs({input}), facts_).error().text();
  };
  EXPECT_EQ(why("/"),
            "cannot give this test '/' (inputs): it is all there is; name what it reads there");
  EXPECT_EQ(
      why("/tmp"),
      "cannot give this test '/tmp' (inputs): it has one of its own; name what it reads there");
}

TEST_F(Declared, WhatIsReadAndWrittenIsCopied) {
  const auto declared = files({"log", "out/deep/old"}, {"log", "out"});
  ASSERT_TRUE(declared);
  EXPECT_THAT(declared->writable[0].copied, ElementsAre("log", "out/deep/old"));
  EXPECT_THAT(declared->writable[0].made, ElementsAre("out", "out/deep"));
  EXPECT_THAT(declared->readable, Each(Not(in("log"))));
}

TEST_F(Declared, AnInputThatHoldsOutputsIsSeenWhole) {
  const auto declared = files({"**"}, {"log"});
  ASSERT_TRUE(declared);
  ASSERT_EQ(declared->writable.size(), 1U);
  EXPECT_EQ(declared->writable[0].directory, place_);
  EXPECT_FALSE(declared->writable[0].is_empty);
}

TEST_F(Declared, SuchAnInputLiesInTheViewOfAnOutputAboveIt) {
  const auto declared = files({"data"}, {"data/new", "above"});
  ASSERT_TRUE(declared);
  ASSERT_EQ(declared->writable.size(), 2U);
  EXPECT_EQ(declared->writable[0].directory, place_);
  EXPECT_THAT(declared->writable[0].made, ElementsAre("data"));
  EXPECT_EQ(declared->writable[1].directory, in("data"));
  EXPECT_FALSE(declared->writable[1].is_empty);
  EXPECT_THAT(declared->readable, Each(Not(in("data"))));
}

TEST_F(Declared, LinksAreNamedWithWhatTheyLeadTo) {
  fs::create_symlink("data/a", place_ / "first");
  fs::create_symlink("first", place_ / "second");
  fs::create_symlink("nowhere", place_ / "dangling");
  fs::create_directory_symlink("out", place_ / "results");
  const auto declared = files({"second", "dang*"}, {"results/new"});
  ASSERT_TRUE(declared);
  for (const char* name : {"first", "second", "dangling", "results"})
    EXPECT_THAT(declared->links, Contains(in(name)));
  EXPECT_THAT(declared->readable, Contains(in("data/a")));
  EXPECT_THAT(declared->readable, Each(Not(in("nowhere"))));
  EXPECT_EQ(declared->outputs[0], in("out/new"));
}

TEST_F(Declared, AnOutputThatIsALinkIsWhatItLeadsToAsWell) {
  fs::create_symlink("out/real", place_ / "latest");
  const auto declared = files({}, {"latest"});
  ASSERT_TRUE(declared);
  EXPECT_THAT(declared->outputs, ElementsAre(in("out/real"), in("latest")));
}

TEST_F(Declared, WhatCoverageCountsInStaysTheHosts) {
  facts_.views = {{place_.string(), {"data", "gone"}}};
  const auto declared = files({}, {});
  ASSERT_TRUE(declared);
  EXPECT_THAT(declared->shared, ElementsAre(in("data")));
}

}  // namespace
}  // namespace cloister
