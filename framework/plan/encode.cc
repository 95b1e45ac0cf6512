#include "framework/plan/encode.h"

#include "framework/wire/bytes.h"

namespace cloister {
namespace {

template <typename Things, typename Put>
void put_list(ByteWriter& out, const Things& things, Put put) {
  out.number(static_cast<std::uint32_t>(things.size()));
  for (const auto& thing : things) put(thing);
}

struct StepFields {
  ByteWriter& out;
  void operator()(const SetPropagation& step) const { out.number(step.propagation); }
  void operator()(const MountProc& step) const { out.text(step.target); }
  void operator()(const MountTmpfs& step) const {
    out.text(step.target);
    out.number(step.bytes);
    out.number(step.inodes);
    put_list(out, step.keep, [&](const std::string& name) { out.text(name); });
    out.number(static_cast<std::uint8_t>(step.optional));
    out.number(static_cast<std::uint8_t>(step.copies));
  }
  void operator()(const MakeReadOnly& step) const {
    out.text(step.target);
    out.number(static_cast<std::uint8_t>(step.below));
  }
  void operator()(const SetHostname& step) const { out.text(step.name); }
  void operator()(const BringUpLoopback&) const {}
  void operator()(const OpenLowPorts&) const {}
  void operator()(const StartRoot& step) const { out.text(step.directory); }
  void operator()(const BindMount& step) const {
    out.text(step.source);
    out.text(step.target);
    out.number(static_cast<std::uint8_t>(step.read_only));
  }
  void operator()(const EnterRoot&) const {}
  void operator()(const SetClocks& step) const {
    out.number(step.offsets.monotonic);
    out.number(step.offsets.boottime);
  }
  void operator()(const NameInHosts& step) const {
    out.text(step.name);
    out.number(static_cast<std::uint8_t>(step.before_proc));
  }
  void operator()(const MountViews& step) const {
    out.text(step.at);
    out.text(step.store);
    out.number(static_cast<std::uint8_t>(step.in_template));
    put_list(out, step.views, [&](const FileView& view) {
      out.text(view.directory);
      out.number(static_cast<std::uint8_t>(view.is_empty));
      for (const auto* names : {&view.made, &view.copied, &view.shared})
        put_list(out, *names, [&](const std::string& name) { out.text(name); });
    });
  }
  void operator()(const BindReadOnly& step) const { out.text(step.target); }
  void operator()(const MakeDirectory& step) const { out.text(step.target); }
  void operator()(const MakeLink& step) const {
    out.text(step.source);
    out.text(step.target);
  }
};

template <StepCode code, typename Step>
constexpr bool kStandsFor =
    std::is_same_v<std::variant_alternative_t<static_cast<std::size_t>(code), SetupStep>, Step>;
static_assert(kStandsFor<StepCode::kSetPropagation, SetPropagation> &&
              kStandsFor<StepCode::kMountProc, MountProc> &&
              kStandsFor<StepCode::kMountTmpfs, MountTmpfs> &&
              kStandsFor<StepCode::kMakeReadOnly, MakeReadOnly> &&
              kStandsFor<StepCode::kSetHostname, SetHostname> &&
              kStandsFor<StepCode::kBringUpLoopback, BringUpLoopback> &&
              kStandsFor<StepCode::kOpenLowPorts, OpenLowPorts> &&
              kStandsFor<StepCode::kStartRoot, StartRoot> &&
              kStandsFor<StepCode::kBindMount, BindMount> &&
              kStandsFor<StepCode::kEnterRoot, EnterRoot> &&
              kStandsFor<StepCode::kSetClocks, SetClocks> &&
              kStandsFor<StepCode::kNameInHosts, NameInHosts> &&
              kStandsFor<StepCode::kMountViews, MountViews> &&
              kStandsFor<StepCode::kBindReadOnly, BindReadOnly> &&
              kStandsFor<StepCode::kMakeDirectory, MakeDirectory> &&
              kStandsFor<StepCode::kMakeLink, MakeLink>);

}  // namespace

std::string encode(const InsidePlan& plan, bool user_is_root_outside) {
  ByteWriter out;
  const auto put_mapping = [&](const IdMapping& mapping) {
    out.number(mapping.inside);
    out.number(user_is_root_outside ? 0 : mapping.outside);
    out.number(mapping.count);
  };
  out.number(plan.namespaces);
  out.number(static_cast<std::uint8_t>(plan.allow_setgroups));
  out.number(plan.lent_network);
  put_list(out, plan.uid_map, put_mapping);
  put_list(out, plan.gid_map, put_mapping);
  put_list(out, plan.cgroups, [&](const CgroupPlan& group) {
    out.text(group.stem);
    put_list(out, group.settings, [&](const CgroupSetting& setting) {
      out.text(setting.file);
      out.text(setting.value);
      out.number(static_cast<std::uint8_t>(setting.required));
    });
    put_list(out, group.readings, [&](const CgroupReading& reading) {
      out.number(reading.reading);
      out.text(reading.gauge.file);
      out.text(reading.gauge.key);
      out.number(reading.gauge.divide_by);
    });
  });
  out.number(plan.look_for);
  put_list(out, plan.steps, [&](const SetupStep& step) {
    out.number(static_cast<StepCode>(step.index()));
    std::visit(StepFields{out}, step);
  });
  return std::move(out.bytes());
}

}  // namespace cloister
