// How many guests are admitted, on machines that exist only here.
#include "framework/watch/admission.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace cloister {
namespace {

using namespace std::chrono_literals;

constexpr int kMost = 400;

// Runs as many guests as it is allowed, all alike, from one look to the next.
struct Machine {
  double processors = 2;
  double use = 0;     // of a processor, by each guest
  double others = 0;  // of the processors, by whatever else runs
  Bytes memory = 20_GiB;
  Bytes all_memory = 24_GiB;
  Admission::Time now = Admission::Time{} + 1s;

  Load load(int guests) const {
    const double wanted = others + guests * use;
    return {processors, std::max(0.0, processors - wanted), memory, all_memory};
  }
  Admission begin(int most = kMost) const { return {load(0), most, now}; }
  int after(int looks, Admission& admission) {
    for (int i = 0; i < looks; ++i) {
      const int guests = admission.jobs();
      admission.running(now, static_cast<std::size_t>(guests));
      now += Admission::kLook;
      admission.look(now, load(guests));
    }
    return admission.jobs();
  }
  int in_the_end(int most = kMost) {
    Admission admission = begin(most);
    return after(100, admission);
  }
};

TEST(Admission, OfAFixedNumberIsThatNumber) {
  const Admission admission(3);
  EXPECT_EQ(admission.jobs(), 3);
  EXPECT_EQ(admission.most(), 3);
}

TEST(Admission, BeginsWithAGuestForEachProcessor) {
  EXPECT_EQ((Machine{.processors = 6}).begin().jobs(), 6);
}

TEST(Admission, TakesAPartOfAProcessorForOne) {
  EXPECT_EQ((Machine{.processors = 0.5}).begin().jobs(), 1);
  EXPECT_EQ((Machine{.processors = 1.5}).begin().jobs(), 2);
}

TEST(Admission, DoublesFromLookToLookWhileGuestsWait) {
  Machine machine{.use = 0.01};
  Admission admission = machine.begin();
  EXPECT_EQ(machine.after(1, admission), 4);
  EXPECT_EQ(machine.after(1, admission), 8);
  EXPECT_EQ(machine.after(1, admission), 16);
}

TEST(Admission, OfOneProcessorGrowsToo) {
  EXPECT_EQ((Machine{.processors = 1, .use = 0.01}).in_the_end(), 16);
}

TEST(Admission, EndsAtSixteenGuestsForEachProcessor) {
  EXPECT_EQ((Machine{.processors = 2}).in_the_end(), 32);
  EXPECT_EQ((Machine{.processors = 2}).begin().most(), 32);
}

TEST(Admission, EndsAtWhatTheWardenCanKeep) {
  EXPECT_EQ((Machine{.processors = 2}).in_the_end(7), 7);
  EXPECT_EQ((Machine{.processors = 64, .memory = 200_GiB}).in_the_end(), kMost);
  EXPECT_EQ((Machine{.processors = 1000, .memory = 200_GiB}).in_the_end(), kMost);
}

TEST(Admission, StaysAtTheProcessorsWhileGuestsUseThem) {
  for (const double use : {1.0, 0.8, 0.7}) {
    Machine machine{.use = use};
    Admission admission = machine.begin();
    for (int look = 0; look < 100; ++look) ASSERT_EQ(machine.after(1, admission), 2) << use;
  }
}

TEST(Admission, FillsTheProcessorsWithGuestsThatUseSomeOfOne) {
  EXPECT_EQ((Machine{.processors = 4, .use = 0.25}).in_the_end(), 14);
}

TEST(Admission, GoesBackToTheProcessorsWhenGuestsBeginToUseThem) {
  Machine machine{.use = 0.01};
  Admission admission = machine.begin();
  ASSERT_EQ(machine.after(10, admission), 32);
  machine.use = 1;
  EXPECT_LE(machine.after(10, admission), 10);
  EXPECT_EQ(machine.after(10, admission), 2);
}

TEST(Admission, DoesNotGrowWhileOthersUseTheProcessors) {
  EXPECT_EQ((Machine{.use = 0.01, .others = 2}).in_the_end(), 2);
}

TEST(Admission, DoesNotGrowForGuestsTooShortToBeAsManyAtOnce) {
  Machine machine;
  Admission admission = machine.begin();
  for (int look = 0; look < 100; ++look) {
    admission.running(machine.now, 1);
    admission.running(machine.now + Admission::kLook / 2, 0);
    machine.now += Admission::kLook;
    admission.look(machine.now, {2, 1.2, 20_GiB, 24_GiB});
    ASSERT_EQ(admission.jobs(), 2);
  }
}

TEST(Admission, PlansWithHalfTheMemoryAndWhatGuestsTook) {
  Machine machine{.memory = 8_GiB};
  Admission admission = machine.begin();
  admission.ended(1_GiB);
  EXPECT_EQ(machine.after(10, admission), 4);
}

TEST(Admission, TakesGuestsForSmallBeforeOneHasEnded) {
  EXPECT_EQ((Machine{.memory = 1_GiB, .all_memory = 2_GiB}).in_the_end(), 8);
}

TEST(Admission, ForgetsAGuestThatTookMuch) {
  Machine machine{.memory = 8_GiB};
  Admission admission = machine.begin();
  admission.ended(8_GiB);
  EXPECT_EQ(machine.after(10, admission), 2);
  for (int i = 0; i < 40; ++i) admission.ended(1_MiB);
  EXPECT_EQ(machine.after(10, admission), 32);
}

TEST(Admission, LeavesTheProcessorsTheirGuestsHoweverMuchTheseTake) {
  Machine machine{.processors = 4, .memory = 8_GiB};
  Admission admission = machine.begin();
  admission.ended(8_GiB);
  EXPECT_EQ(machine.after(10, admission), 4);
}

TEST(Admission, GoesDownToOneWhileMemoryIsShortAndThenBackToTheProcessors) {
  Machine machine{.processors = 8};
  Admission admission = machine.begin();
  machine.memory = 700_MiB;
  EXPECT_EQ(machine.after(1, admission), 4);
  EXPECT_EQ(machine.after(10, admission), 1);
  machine.memory = 1_GiB;
  machine.others = 8;
  EXPECT_EQ(machine.after(1, admission), 2);
  EXPECT_EQ(machine.after(10, admission), 8);
}

TEST(Admission, DoesNotGrowWhereMemoryIsNotKnown) {
  EXPECT_EQ((Machine{.memory = {}, .all_memory = {}}).in_the_end(), 2);
}

TEST(Admission, IsToLookAgainAFewTimesASecond) {
  Machine machine;
  Admission admission = machine.begin();
  EXPECT_EQ(admission.next_look(), machine.now + Admission::kLook);
  machine.after(1, admission);
  EXPECT_EQ(admission.next_look(), machine.now + Admission::kLook);
}

TEST(Admission, DoesNotCountATimeThatIsToBeForgotten) {
  Machine machine{.use = 1};
  Admission admission = machine.begin();
  admission.running(machine.now, 2);
  machine.now += 10s;
  admission.forget(machine.now);
  EXPECT_EQ(admission.next_look(), machine.now + Admission::kLook);
  EXPECT_EQ(machine.after(1, admission), 2);
}

TEST(Admission, TakesNoMoreThanThereIsRoomFor) {
  Admission fixed(8);
  fixed.at_most(3);
  EXPECT_EQ(fixed.jobs(), 3);
  fixed.at_most(5);
  EXPECT_EQ(fixed.jobs(), 3);
}

}  // namespace
}  // namespace cloister
