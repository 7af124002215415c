package dev.hookbridge.hooks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Programs that are called as libvirt's daemons, found by what runs and not by a list of units. */
class DaemonsTest {
  private static final String SCRIPT =
      "trap 'echo reloaded >>\"$1\"' HUP; echo ready >>\"$1\"; while :; do sleep 0.1; done";

  @TempDir Path folder;
  private Place place;
  private Process daemon;

  @BeforeEach
  void make() throws IOException {
    place = new Place(folder);
  }

  @AfterEach
  void end() throws InterruptedException {
    if (daemon != null) {
      daemon.destroyForcibly().waitFor(60, TimeUnit.SECONDS);
    }
  }

  /** A shell by another name, and a /proc that knows of nothing else. */
  private Path start(String name) throws IOException {
    Path program = folder.resolve(name);
    Files.copy(Path.of("/bin/bash"), program);
    Path said = folder.resolve("said");
    // Under nohup this process ignores SIGHUP, and a shell that is born so can never trap it.
    daemon =
        new ProcessBuilder(
                "env",
                "--default-signal=HUP",
                program.toString(),
                "-c",
                SCRIPT,
                name,
                said.toString())
            .start();
    Files.createSymbolicLink(
        place.machine.at("/proc").resolve(Long.toString(daemon.pid())),
        Path.of("/proc", Long.toString(daemon.pid())));
    Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> Files.exists(said));
    return said;
  }

  @ParameterizedTest
  @CsvSource({
    "libvirtd, QEMU, true",
    "libvirtd, NETWORK, true",
    "virtqemud, QEMU, true",
    "virtqemud, DAEMON, true",
    "virtqemud, LXC, false",
    "virtnetworkd, NETWORK, true",
    "virtstoraged, DAEMON, true",
    "virtstoraged, QEMU, false",
    "virtlogd, DAEMON, false",
    "bash, DAEMON, false"
  })
  void daemonOfEachDriverIsFound(String name, Driver driver, boolean runs) throws Exception {
    start(name);
    assertThat(place.of(place.hook, Place.VERSION).daemons(List.of(driver)))
        .containsExactlyElementsOf(
            runs ? List.of(name + " (pid " + daemon.pid() + ")") : List.of());
  }

  @Test
  void aReloadIsASignal() throws Exception {
    Path said = start("virtqemud");
    Installation installation = place.of(place.hook, Place.VERSION);
    installation.reload(List.of(Driver.LXC));
    installation.reload(List.of(Driver.QEMU));
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> Files.readAllLines(said).equals(List.of("ready", "reloaded")));
  }

  @Test
  void aProgramThatWasReplacedIsStillKnown() throws Exception {
    start("libvirtd");
    Files.delete(folder.resolve("libvirtd"));
    assertThat(place.of(place.hook, Place.VERSION).daemons(List.of(Driver.QEMU))).hasSize(1);
  }

  @Test
  void aDaemonOlderThanTheFirstHookMustBeReloaded() throws Exception {
    start("libvirtd");
    Awaitility.await() // the times of processes are steps of 10 ms
        .pollDelay(Duration.ofMillis(50))
        .until(() -> true);
    assertThat(place.install(Driver.QEMU)).allMatch(SlotChange::first);
    Installation installation = place.of(place.hook, Place.VERSION);
    assertThat(installation.status(List.of(Driver.QEMU)))
        .extracting(SlotStatus::run)
        .allMatch(run -> run.startsWith("yes, if reloaded since"));
    place.script("qemu", "#!/bin/sh\n");
    assertThat(installation.status(List.of(Driver.QEMU)))
        .extracting(SlotStatus::run)
        .containsExactly("yes");
  }
}
