package dev.hookbridge.it.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.harness.host.EventFile;
import dev.hookbridge.harness.host.Hooks;
import dev.hookbridge.harness.host.Host;
import dev.hookbridge.testing.Broker;
import dev.hookbridge.testing.Brokers;
import dev.hookbridge.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing executable is ever unpacked: {@code /tmp} and the data folder may forbid it. */
class NoexecIT {
  private static final String NOEXEC =
      "mount --bind PLACE PLACE; mount -o remount,bind,noexec PLACE; cp /bin/true PLACE/probe.$$; "
          + "PLACE/probe.$$ 2>/dev/null || echo executes nothing: PLACE; rm PLACE/probe.$$; ";

  @TempDir Path folder;

  @Test
  void theNativeLibraryIsTheShippedOne() throws Exception {
    Needs.root();
    Needs.command("unshare");
    EventFile events = new EventFile(folder.resolve("events.jsonl"));
    try (Host host = new Host(folder, "kvm-07", events.sink())) {
      host.startAgent("unshare", "--mount", "sh", "-c", noexec(host.data), "sh");
      host.awaitReady();
      assertThat(host.log()).contains("executes nothing: /tmp", "executes nothing: " + host.data);
      new Hooks(host).fire("guest-0", 0);
      Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> events.hooks().size() == 1);
      assertThat(libraries(host)).containsExactly(shipped().toString());
      assertThat(host.stopAgent()).isZero();
    }
  }

  /** Shows that the other test can fail: the driver's own way is to unpack the library. */
  @Test
  void unpackedItWouldNotLoad() throws Exception {
    Needs.root();
    Needs.command("unshare");
    EventFile events = new EventFile(folder.resolve("events.jsonl"));
    try (Host host = new Host(folder, "kvm-07", events.sink())) {
      String unpack =
          "HOOKBRIDGE_JAVA_OPTS=-Dorg.sqlite.tmpdir=/tmp; export HOOKBRIDGE_JAVA_OPTS; ";
      host.startAgent("unshare", "--mount", "sh", "-c", unpack + noexec(host.data), "sh");
      Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> !host.agentLives());
      assertThat(host.log().lines().filter(line -> line.startsWith("hookbridge: ")))
          .singleElement()
          .asString()
          .contains("native library");
    }
  }

  /** Every compression the Kafka client knows, where nothing that is unpacked could be loaded. */
  @Test
  void kafkaCompressionWorksOnANoexecTmp() throws Exception {
    Needs.root();
    Needs.command("unshare");
    try (Broker broker = Brokers.kafka();
        Host host = new Host(folder, "kvm-07", compressing(broker))) {
      Host.Ran check = check(host, "", "--create");
      assertThat(check.exit()).as(check.output()).isZero();
      assertThat(check.output())
          .contains("executes nothing: /tmp")
          .contains("sink zstd: compression: this machine compresses with zstd")
          .contains("sink snappy: compression: this machine compresses with snappy")
          .contains("sink lz4: compression: this machine compresses with lz4");
      host.startAgent("unshare", "--mount", "sh", "-c", noexec(host.data), "sh");
      host.awaitReady();
      new Hooks(host).fire("guest-0", 0);
      host.awaitDelivered();
      assertThat(host.metric("hookbridge_sink_failures_total")).as(host.log()).isZero();
      String natives = shipped().getParent() + "/lib";
      assertThat(mapped(host, "zstd|snappy")).hasSize(2).allMatch(file -> file.startsWith(natives));
      assertThat(host.stopAgent()).isZero();
    }
  }

  /** What to do about a library that cannot be loaded is said in one sentence. */
  @Test
  void aCompressionThatCannotWorkIsSaid() throws Exception {
    Needs.root();
    Needs.command("unshare");
    try (Broker broker = Brokers.kafka();
        Host host = new Host(folder, "kvm-07", compressing(broker))) {
      String elsewhere =
          "HOOKBRIDGE_JAVA_OPTS='-DZstdNativePath=/tmp/none.so -Dorg.xerial.snappy.lib.path=/tmp';"
              + " export HOOKBRIDGE_JAVA_OPTS; ";
      Host.Ran check = check(host, elsewhere, "--create");
      assertThat(check.exit()).isEqualTo(1);
      for (String type : List.of("zstd", "snappy")) {
        assertThat(check.output().lines())
            .filteredOn(line -> line.startsWith("failure sink " + type + ": compression: "))
            .singleElement()
            .asString()
            .contains("compression.type " + type + " cannot be used here", "java.io.tmpdir");
      }
      host.startAgent("unshare", "--mount", "sh", "-c", elsewhere + noexec(host.data), "sh");
      host.awaitReady();
      new Hooks(host).fire("guest-0", 0);
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> host.log().contains("compression.type zstd cannot be used here"));
      assertThat(host.log()).contains("(configuration)").doesNotContain("unexpected failure");
    }
  }

  private static Host.Ran check(Host host, String before, String option) throws IOException {
    return Host.run(
        Duration.ofSeconds(120),
        host.environment(),
        "unshare",
        "--mount",
        "sh",
        "-c",
        before + noexec(host.data),
        "sh",
        Host.DISTRIBUTION + "/bin/hookbridge",
        "check",
        option);
  }

  private static String compressing(Broker broker) {
    StringBuilder sinks = new StringBuilder();
    for (String type : List.of("zstd", "snappy", "lz4")) {
      sinks.append(
          "  %s: { type: kafka, topic: %s, properties: { bootstrap.servers: \"%s\", compression.type: %s } }%n"
              .formatted(type, type, broker.address(), type));
    }
    return sinks.toString();
  }

  /** Makes both places noexec for one process, tries it, and becomes the agent. */
  private static String noexec(Path data) {
    StringBuilder script = new StringBuilder("set -e; ");
    for (String place : List.of("/tmp", data.toString())) {
      script.append(NOEXEC.replace("PLACE", place));
    }
    return script + "exec \"$@\"";
  }

  private static Path shipped() throws IOException {
    return Host.DISTRIBUTION.resolve("lib/native/libsqlitejdbc.so").toRealPath();
  }

  /** The SQLite libraries the agent has mapped. */
  private static List<String> libraries(Host host) throws IOException {
    return mapped(host, "sqlite");
  }

  private static List<String> mapped(Host host, String names) throws IOException {
    return Files.readAllLines(Path.of("/proc", Long.toString(host.pid()), "maps")).stream()
        .map(line -> line.replaceFirst("^(\\S+\\s+){5}", ""))
        .filter(file -> file.matches(".*(" + names + ").*\\.so"))
        .distinct()
        .toList();
  }
}
