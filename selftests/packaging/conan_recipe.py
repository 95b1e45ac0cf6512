"""conan_recipe.py SOURCE BUILD: loads the Conan recipe with stand-ins for Conan's modules and holds what it says of
Cloister to the tree SOURCE, built in BUILD: the version, the CMake variables, and the libraries."""
import collections
import os
import pathlib
import re
import sys
import types

source, build = map(pathlib.Path, sys.argv[1:])
sys.dont_write_bytecode = True


class Anything:
    """Takes whatever is done with it, and is an empty list to iterate over."""

    def __init__(self, *args, **kwargs):
        pass

    def __getattr__(self, name):
        return Anything()

    def __call__(self, *args, **kwargs):
        return Anything()

    def __getitem__(self, key):
        return Anything()


class CMakeToolchain(Anything):
    variables = {}

    def __init__(self, recipe):
        self.cache_variables = CMakeToolchain.variables


class Component:
    def __init__(self):
        self.libs, self.requires, self.builddirs, self.properties = [], [], [], {}

    def set_property(self, name, value):
        self.properties[name] = value


class CppInfo(Component):
    def __init__(self):
        super().__init__()
        self.components = collections.defaultdict(Component)


class ConanFile:
    recipe_folder = str(source / "packaging" / "conan")
    export_sources_folder = "exported"

    def __init__(self):
        self.options = types.SimpleNamespace(**getattr(self, "default_options", {}))
        self.settings = self.dependencies = Anything()
        self.cpp_info = CppInfo()
        self.required = []

    def requires(self, reference, **traits):
        self.required.append(reference)


exported = []


def copy(recipe, pattern, src, dst):
    found = list(pathlib.Path(src).glob(pattern))
    assert found, f"export_sources() copies {pattern}, and there is no such file"
    exported.append(pattern)


def load(path):
    """A recipe's module, which must compile; what it imports of Conan are the stand-ins."""
    module = types.ModuleType(path.stem)
    exec(compile(path.read_text(), str(path), "exec"), module.__dict__)
    return module


for name, parts in {
    "conan": {"ConanFile": ConanFile},
    "conan.errors": {"ConanInvalidConfiguration": Exception},
    "conan.tools": {},
    "conan.tools.build": {"check_min_cppstd": Anything(), "can_run": Anything()},
    "conan.tools.cmake": {"CMake": Anything, "CMakeDeps": Anything, "CMakeToolchain": CMakeToolchain,
                          "cmake_layout": Anything()},
    "conan.tools.files": {"copy": copy, "rmdir": Anything()},
}.items():
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__dict__.update(parts)

recipe = load(source / "packaging/conan/conanfile.py").CloisterConan()
load(source / "packaging/conan/test_package/conanfile.py")
recipe.options.command = recipe.options.service = True
recipe.requirements()
recipe.generate()
recipe.package_info()
recipe.export_sources()

cache = (build / "CMakeCache.txt").read_text()
version = re.search(r"^CMAKE_PROJECT_VERSION:STATIC=(.*)$", cache, re.M).group(1)
assert recipe.version == version, f"conanfile.py is of version {recipe.version}, and this is {version}"
for variable in CMakeToolchain.variables:
    assert re.search(f"^{variable}:", cache, re.M), f"CMakeLists.txt has no {variable}"
# What is built without tests is in what is exported: the parts that its own directories are of.
for directory in re.findall(r"^(?:  )?add_subdirectory\((\w+)", (source / "CMakeLists.txt").read_text(), re.M):
    if directory not in ("selftests", "examples", "benchmarks"):
        assert f"{directory}/*" in exported, f"export_sources() lacks {directory}"
libraries = {name for component in recipe.cpp_info.components.values() for name in component.libs}
built = {path.name[3:-2] for path in build.glob("framework/lib*.a")}
for adapter in "googletest", "service":
    built |= {path.name[3:-2] for path in build.glob(f"adapters/{adapter}/lib*.a")}
assert libraries == built, f"the recipe has the libraries {sorted(libraries)}, and {sorted(built)} were built"
own = set(recipe.cpp_info.components)
packages = {reference.split("/")[0] for reference in recipe.required}
for component in recipe.cpp_info.components.values():
    for required in component.requires:
        package, _, _ = required.rpartition("::")
        assert package in packages if package else required in own, f"nothing gives {required}"
print("the recipe goes with the tree")
