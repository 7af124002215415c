package dev.hookbridge.it.operation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.harness.host.Consumer;
import dev.hookbridge.harness.host.Host;
import dev.hookbridge.harness.host.Site;
import dev.hookbridge.testing.Needs;
import dev.hookbridge.testing.Repository;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The distribution, built with Java 17, runs with the newer Javas of Debian. */
@Tag("brokers")
class JavaVersionsIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String SUITE = Repository.file("deploy/broker/suite").toString();
  @TempDir Path folder;

  /** The suites whose Java is tried: trixie has 21, sid has 25. */
  static Stream<String> suites() {
    return Stream.of(System.getProperty("hookbridge.suites", "trixie,sid").split(",", -1));
  }

  @ParameterizedTest
  @MethodSource("suites")
  void startsWithItsArchiveAndDeliversWithoutAWarning(String suite) throws Exception {
    Needs.suite(suite);
    Path home = folder.resolve("hookbridge");
    succeeds(Map.of(), "cp", "-a", Host.DISTRIBUTION.toString(), home.toString());
    Path data = folder.resolve("data");
    succeeds(Map.of(), "sh", home + "/libexec/layout.sh", "--trial", data.toString());
    Map<String, String> java = Map.of("HOOKBRIDGE_JAVA", java(suite).toString());
    assertThat(succeeds(java, "sh", home + "/libexec/archive.sh")).isEmpty();
    assertThat(home.resolve("lib/hookbridge.jsa")).isNotEmptyFile();
    // With this option a JVM does not start without the archive.
    Map<String, String> environment =
        Map.of(
            "HOOKBRIDGE_JAVA",
            java.get("HOOKBRIDGE_JAVA"),
            "HOOKBRIDGE_JAVA_OPTS",
            "-Xshare:on",
            "HOOKBRIDGE_DATA_DIR",
            data.toString());
    System.out.println(suite + ": " + succeeds(java, java.get("HOOKBRIDGE_JAVA"), "-version"));
    try (Site kafka = Site.kafka();
        Site rabbitmq = Site.rabbitmq()) {
      String sinks = kafka.sink() + rabbitmq.sink().replaceFirst("feed", "audit");
      Files.writeString(
          data.resolve("etc/hookbridge.yaml"),
          "host: kvm-07.example.org\nhttp: off\nsinks:\n" + sinks);
      delivers(home + "/bin/hookbridge", environment, List.of(kafka, rabbitmq));
    }
  }

  private void delivers(String hookbridge, Map<String, String> environment, List<Site> sites)
      throws Exception {
    Awaitility.await("check --create")
        .atMost(PATIENCE)
        .until(() -> run(environment, hookbridge, "check", "--create").exit() == 0);
    Path log = folder.resolve("agent.log");
    ProcessBuilder builder = new ProcessBuilder(hookbridge, "agent");
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true).redirectOutput(log.toFile());
    Process agent = builder.start();
    try {
      succeeds(
          environment, hookbridge, "fire", "--driver", "qemu", "web1", "started", "begin", "-");
      for (Site site : sites) {
        try (Consumer consumer = site.consumer()) {
          Awaitility.await("the event at its broker")
              .atMost(PATIENCE)
              .failFast("the agent ended", () -> !agent.isAlive())
              .until(() -> consumer.all().stream().anyMatch(JavaVersionsIT::isStart));
        }
      }
    } finally {
      agent.destroy();
      assertThat(agent.waitFor()).as(Files.readString(log)).isZero();
    }
    assertThat(Files.readString(log)).doesNotContainIgnoringCase("warning");
  }

  private static boolean isStart(Consumer.Message message) {
    return "dev.hookbridge.libvirt.qemu.started.v1".equals(message.attributes().get("type"));
  }

  /** A program that runs the Java of a suite. */
  private Path java(String suite) throws IOException {
    String root = succeeds(Map.of(), SUITE, suite).strip();
    File[] found =
        new File(root, "usr/lib/jvm").listFiles(file -> file.getName().contains("-openjdk-"));
    assertThat(found).as("Java in %s", root).isNotEmpty();
    String program = "/usr/lib/jvm/" + found[0].getName() + "/bin/java";
    Path wrapper =
        Files.writeString(
            folder.resolve("java"),
            "#!/bin/sh\nexec '" + SUITE + "' " + suite + " " + program + " \"$@\"\n");
    return Files.setPosixFilePermissions(wrapper, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static Host.Ran run(Map<String, String> environment, String... command)
      throws IOException {
    return Host.run(PATIENCE, environment, command);
  }

  private static String succeeds(Map<String, String> environment, String... command)
      throws IOException {
    Host.Ran ran = run(environment, command);
    assertThat(ran.exit()).as(ran.output()).isZero();
    return ran.output();
  }
}
