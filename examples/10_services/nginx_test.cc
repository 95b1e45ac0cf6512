// Shows: an nginx that serves a directory, with a configuration that the test writes. Each test has
// its own, on port 8080, with its files in a /tmp of its own.
#include <gtest/gtest.h>
#include <stdio.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include <cloister/service.h>

namespace {

constexpr const char* kSite = "/tmp/site";
constexpr const char* kConfiguration = "/tmp/nginx.conf";

void write(const std::filesystem::path& file, const std::string& text) {
  create_directories(file.parent_path());
  std::ofstream(file) << text;
}

cloister::ServiceConfig nginx() {
  // In the foreground, with everything that it writes in /tmp.
  write(kConfiguration,
        std::string(geteuid() == 0 ? "user root;\n" : "") +
            "daemon off; worker_processes 1; pid /tmp/nginx.pid; error_log stderr;\n"
            "events {}\n"
            "http {\n"
            "  access_log off;\n"
            "  client_body_temp_path /tmp/body; proxy_temp_path /tmp/proxy;\n"
            "  fastcgi_temp_path /tmp/fastcgi; uwsgi_temp_path /tmp/uwsgi;\n"
            "  scgi_temp_path /tmp/scgi;\n"
            "  server { listen 127.0.0.1:8080; root /tmp/site; }\n"
            "}\n");
  return {.command = {NGINX, "-e", "stderr", "-c", kConfiguration},
          .ready = cloister::http("http://127.0.0.1:8080/health.txt"),
          .stop_signal = SIGQUIT};  // lets it answer what it has begun
}

// What curl prints.
std::string get(const std::string& path) {
  const std::string command = "curl -sS -w '%{http_code}' http://127.0.0.1:8080" + path + " 2>&1";
  const std::unique_ptr<FILE, int (*)(FILE*)> curl(popen(command.c_str(), "r"), pclose);
  std::string output;
  char part[1024];
  while (const std::size_t got = fread(part, 1, sizeof part, curl.get())) output.append(part, got);
  return output;
}

class Site : public testing::Test {
 protected:
  void SetUp() override {
    write(std::string(kSite) + "/health.txt", "well\n");
    server = std::make_unique<cloister::Service>(nginx());
  }

  std::unique_ptr<cloister::Service> server;
};

TEST_F(Site, ServesAFile) {
  write(std::string(kSite) + "/page.txt", "hello\n");
  EXPECT_EQ(get("/page.txt"), "hello\n200");
}

TEST_F(Site, HasOnlyTheFilesOfItsOwnTest) { EXPECT_EQ(get("/page.txt").substr(0, 6), "<html>"); }

TEST_F(Site, EndsWellWhenItIsStopped) { EXPECT_EQ(server->stop().status, 0); }

TEST_F(Site, IsReloadedByASignal) {
  std::ifstream in(kConfiguration);
  std::string text((std::istreambuf_iterator<char>(in)), {});
  text.insert(text.find("root /tmp/site;"), "location /moved { return 301 /page.txt; } ");
  write(kConfiguration, text);
  kill(server->pid(), SIGHUP);
  // Its old worker may still take a connection.
  std::string answer;
  for (int tries = 0; tries < 500 && answer.find("301 Moved") == std::string::npos; ++tries) {
    answer = get("/moved");
    usleep(10000);
  }
  EXPECT_NE(answer.find("301 Moved"), std::string::npos) << answer;
}

}  // namespace
