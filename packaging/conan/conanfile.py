import os

from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, rmdir

required_conan_version = ">=2.0"


class CloisterConan(ConanFile):
    name = "cloister"
    version = "0.1.0"
    description = "GoogleTest extension for Linux that runs every test in its own namespaces"
    license = "Apache-2.0"
    topics = ("testing", "googletest", "namespaces", "isolation")
    package_type = "static-library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"fPIC": [True, False], "command": [True, False], "service": [True, False]}
    default_options = {"fPIC": True, "command": False, "service": False}

    # There is no release to download yet: the source is the tree that this recipe is part of.
    def export_sources(self):
        tree = os.path.join(self.recipe_folder, "..", "..")
        for part in ("CMakeLists.txt", "LICENSE", "README.md", "adapters/*", "cmake/*", "docs/man/*", "framework/*",
                     "include/*", "packaging/debian/*"):
            copy(self, part, src=tree, dst=self.export_sources_folder)

    def layout(self):
        cmake_layout(self)

    def requirements(self):
        self.requires("gtest/1.14.0", transitive_headers=True, transitive_libs=True)
        self.requires("fmt/9.1.0", visible=False)  # it is inside, under a name of its own
        self.requires("tomlplusplus/3.3.0", visible=False)
        if self.options.command or self.options.service:
            self.requires("boost/1.83.0", visible=False, options={"header_only": True})
        if self.options.command:
            self.requires("cli11/2.3.2", visible=False)
            self.requires("nlohmann_json/3.11.3", visible=False)
            self.requires("pugixml/1.14", visible=False)

    def validate(self):
        if self.settings.os != "Linux":
            raise ConanInvalidConfiguration("Cloister's cells are made of Linux namespaces")
        if self.settings.get_safe("compiler.cppstd"):
            check_min_cppstd(self, 17)

    def build_requirements(self):
        self.tool_requires("cmake/[>=3.25]")

    def generate(self):
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables["CLOISTER_TESTS"] = False
        toolchain.cache_variables["CLOISTER_INSTALL"] = True
        toolchain.cache_variables["CLOISTER_COMMAND"] = bool(self.options.command)
        toolchain.cache_variables["CLOISTER_SERVICE"] = bool(self.options.service)
        toolchain.cache_variables["CLOISTER_TOMLPLUSPLUS"] = self.dependencies["tomlplusplus"].cpp_info.includedirs[0]
        toolchain.cache_variables["CLOISTER_FMT"] = self.dependencies["fmt"].cpp_info.includedirs[0]
        toolchain.generate()
        CMakeDeps(self).generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        copy(self, "LICENSE", src=self.source_folder, dst=os.path.join(self.package_folder, "licenses"))
        CMake(self).install()
        rmdir(self, os.path.join(self.package_folder, "lib", "pkgconfig"))
        rmdir(self, os.path.join(self.package_folder, "share", "doc"))

    def package_info(self):
        # CMake takes the package that Cloister installs itself, since it has cloister_discover_tests() and what
        # coverage needs; what is below is for other generators.
        self.cpp_info.set_property("cmake_find_mode", "none")

        engine = self.cpp_info.components["cloister"]
        engine.libs = ["cloister"]
        engine.builddirs.append(os.path.join("lib", "cmake", "cloister"))

        gtest = self.cpp_info.components["gtest"]
        gtest.libs = ["cloister_gtest"]
        gtest.requires = ["cloister", "gtest::libgtest"]
        gtest.exelinkflags = ["-Wl,-z,now"] + [
            f"-Wl,--wrap=_ZN7testing{name}" for name in ("14InitGoogleTestEPiPPc", "14InitGoogleTestEPiPPw",
                                                         "14InitGoogleMockEPiPPc", "14InitGoogleMockEPiPPw")]
        gtest.set_property("pkg_config_name", "cloister_gtest")

        gtest_main = self.cpp_info.components["gtest_main"]
        gtest_main.libs = ["cloister_gtest_main"]
        gtest_main.requires = ["gtest"]
        gtest_main.set_property("pkg_config_name", "cloister_gtest_main")

        if self.options.service:
            service = self.cpp_info.components["service"]
            service.libs = ["cloister_service"]
            service.set_property("pkg_config_name", "cloister_service")
