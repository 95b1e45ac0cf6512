// Shows: a PostgreSQL cluster that each test makes for itself in its /tmp, on port 5432. PostgreSQL
// refuses to be root: a test that is root runs it as nobody. And two suites that pay for initdb
// once (docs/SCOPES.md): in one each test has a server of its own on a copy of the cluster, in the
// other all share a server, with a database for each.
#include <gtest/gtest.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <cloister/gtest.h>
#include <cloister/service.h>

namespace {

using Words = std::vector<std::string>;

// The command of one of PostgreSQL's programs.
Words postgresql(const std::string& program, const Words& arguments) {
  Words words;
  if (geteuid() == 0) words = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};
  words.push_back(std::string(POSTGRESQL) + "/" + program);
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

// What a command prints.
std::string output_of(const Words& words) {
  std::string line;
  for (const std::string& word : words) line += "'" + word + "' ";
  const std::unique_ptr<FILE, int (*)(FILE*)> out(popen((line + "2>&1").c_str(), "r"), pclose);
  std::string output;
  char part[1024];
  while (const std::size_t got = fread(part, 1, sizeof part, out.get())) output.append(part, got);
  return output;
}

cloister::ServiceConfig server() {
  cloister::ServiceConfig config;
  config.command =
      postgresql("postgres", {"-D", "/tmp/cluster", "-c", "listen_addresses=127.0.0.1", "-c",
                              "unix_socket_directories=/tmp", "-c", "fsync=off"});
  config.name = "postgres";
  config.ready = cloister::log_line("database system is ready to accept connections");
  config.stop_signal = SIGINT;  // fast: it does not wait for clients
  return config;
}

void make_cluster() {
  const std::string words = output_of(postgresql(
      "initdb", {"-D", "/tmp/cluster", "-U", "tester", "-A", "trust", "--no-sync", "--locale=C"}));
  ASSERT_NE(words.find("Success."), std::string::npos) << words;
}

std::string query_of(const std::string& database, const std::string& sql) {
  return output_of(
      postgresql("psql", {"-h", "127.0.0.1", "-U", "tester", "-d", database, "-AtXq", "-c", sql}));
}

class Database : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(make_cluster());
    service = std::make_unique<cloister::Service>(server());
  }

  static std::string query(const std::string& sql) { return query_of("postgres", sql); }

  std::unique_ptr<cloister::Service> service;
};

TEST_F(Database, KeepsWhatIsCommitted) {
  EXPECT_EQ(query("CREATE TABLE colours (name text)"), "");
  EXPECT_EQ(query("INSERT INTO colours VALUES (\"blue\")").substr(0, 6), "ERROR:");
  EXPECT_EQ(query("INSERT INTO colours VALUES ($$blue$$)"), "");
  EXPECT_EQ(query("SELECT name FROM colours"), "blue\n");
}

TEST_F(Database, HasNoTableOfAnotherTest) {
  EXPECT_EQ(query("CREATE TABLE colours (number integer)"), "");
  EXPECT_EQ(query("SELECT count(*) FROM colours"), "0\n");
}

TEST_F(Database, RecoversAfterACrash) {
  EXPECT_EQ(query("CREATE TABLE colours AS SELECT $$green$$ AS name"), "");
  service->kill();
  service = std::make_unique<cloister::Service>(server());
  EXPECT_EQ(query("SELECT name FROM colours"), "green\n");
  EXPECT_NE(service->log().find("automatic recovery in progress"), std::string::npos);
}

TEST_F(Database, ShutsDownCleanlyWithAClientConnected) {
  FILE* const client = popen((std::string(POSTGRESQL) + "/psql -h 127.0.0.1 -U tester -d postgres "
                                                        "-c 'SELECT pg_sleep(60)' >/dev/null 2>&1")
                                 .c_str(),
                             "r");
  EXPECT_EQ(service->stop().status, 0);
  pclose(client);
}

class DatabaseOfACopiedCluster : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    ASSERT_NO_FATAL_FAILURE(make_cluster());
    const cloister::Service service(server());
    ASSERT_EQ(query("CREATE TABLE colours AS SELECT $$blue$$ AS name"), "");
  }

  static std::string query(const std::string& sql) { return query_of("postgres", sql); }

  cloister::Service service{server()};
};
// Without views of the host's files, which cannot be copied where they are on an overlay already.
CLOISTER_SUITE(DatabaseOfACopiedCluster,
               {.files = cloister::Files::kHost, .scope = cloister::Scope::kSnapshot});

TEST_F(DatabaseOfACopiedCluster, LosesItsTable) {
  EXPECT_EQ(query("DROP TABLE colours"), "");
  EXPECT_EQ(query("SELECT name FROM colours").substr(0, 6), "ERROR:");
}

TEST_F(DatabaseOfACopiedCluster, HasItAsItWas) {
  EXPECT_EQ(query("SELECT name FROM colours"), "blue\n");
}

class DatabaseOfASharedServer : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    ASSERT_NO_FATAL_FAILURE(make_cluster());
    service = std::make_unique<cloister::Service>(server());
  }
  static void TearDownTestSuite() { service.reset(); }

  void SetUp() override {
    ASSERT_EQ(query_of("postgres", R"(CREATE DATABASE ")" + name + '"'), "");
  }
  void TearDown() override {
    EXPECT_EQ(query_of("postgres", R"(DROP DATABASE ")" + name + '"'), "");
  }
  std::string query(const std::string& sql) const { return query_of(name, sql); }

  const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
  static std::unique_ptr<cloister::Service> service;
};
std::unique_ptr<cloister::Service> DatabaseOfASharedServer::service;
CLOISTER_SUITE(DatabaseOfASharedServer,
               {.files = cloister::Files::kHost, .scope = cloister::Scope::kServices});

TEST_F(DatabaseOfASharedServer, HasATableOfColours) {
  EXPECT_EQ(query("CREATE TABLE things AS SELECT $$blue$$ AS name"), "");
  EXPECT_EQ(query("SELECT name FROM things"), "blue\n");
}

TEST_F(DatabaseOfASharedServer, HasATableOfShapes) {
  EXPECT_EQ(query("CREATE TABLE things AS SELECT $$round$$ AS name"), "");
  EXPECT_EQ(query("SELECT name FROM things"), "round\n");
}

}  // namespace
