package dev.hookbridge.shim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.Device;
import dev.hookbridge.testing.LoopMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A hook that has returned has left its call on the disk: it is in what the disk held at that very
 * moment.
 */
@ParameterizedClass
@EnumSource(Shim.class)
class PowerCutTest {
  private static final int CALLS = Boolean.getBoolean("hookbridge.full") ? 200 : 20;

  @Parameter Shim shim;
  @TempDir Path folder;
  private int sparesThatHoldCalls;
  private int unfinished;

  @ParameterizedTest
  @ValueSource(strings = {"ext4", "xfs"})
  void aCallThatReturnedIsInTheMailboxOnItsDisk(String type) throws IOException {
    Path trial = folder.resolve("trial");
    new Trial(trial);
    try (Device device = new Device(folder.resolve("device"), trial.resolve("mail"), type)) {
      Files.createDirectory(device.folder().resolve("new"));
      callsAreOn(device, trial, "");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ext4", "xfs"})
  void aCallThatReturnedIsOnTheDiskThatHoldsAll(String type) throws IOException {
    Path trial = folder.resolve("trial");
    try (Device device = new Device(folder.resolve("device"), trial, type)) {
      new Trial(trial);
      callsAreOn(device, trial, "mail");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ext4", "xfs"})
  void aCallThatReturnedIsInItsSpare(String type) throws IOException {
    Path trial = folder.resolve("trial");
    try (Device device = new Device(folder.resolve("device"), trial, type)) {
      new Trial(trial).spares();
      callsAreOn(device, trial, "mail");
      assertThat(sparesThatHoldCalls).as("renames that were not on the disk").isPositive();
    }
  }

  private void callsAreOn(Device device, Path trial, String mail) throws IOException {
    LoopMount.sync(device.folder()); // the folders are there since long
    List<Path> copies = new ArrayList<>();
    for (int i = 0; i < CALLS; i++) {
      assertThat(call(trial, i)).isZero();
      copies.add(device.copy());
    }
    for (int i = 0; i < CALLS; i++) {
      try (LoopMount after = device.mount(copies.get(i))) {
        assertHolds(after.folder().resolve(mail), i + 1);
      }
      Files.delete(copies.get(i));
    }
    System.out.printf(
        "%d copies right after a call held all of %d calls, %d still hidden, %d in spares%n",
        CALLS, CALLS * (CALLS + 1) / 2, unfinished, sparesThatHoldCalls);
  }

  private int call(Path trial, int number) throws IOException {
    return Run.of(shim, trial)
        .with("g" + number, "start", "begin", "-")
        .stdin("<domain/>".repeat(100 * number).getBytes())
        .run()
        .exit();
  }

  /** Every call up to this one, as a whole record (its reader wants the checksum to fit). */
  private void assertHolds(Path mail, int calls) throws IOException {
    List<String> found = new ArrayList<>();
    for (Path file : files(mail.resolve("new"))) {
      byte[] content = Files.readAllBytes(file);
      if (content[0] != 0) { // it is no spare that nobody used
        found.add(Mail.read(content).field("object"));
        String name = file.getFileName().toString();
        sparesThatHoldCalls += name.startsWith(".spare-") ? 1 : 0;
        unfinished += name.startsWith(".0") ? 1 : 0;
      }
    }
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < calls; i++) {
      expected.add("g" + i);
    }
    assertThat(found).containsExactlyInAnyOrderElementsOf(expected);
  }

  private static List<Path> files(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return List.of();
    }
    try (var files = Files.list(folder)) {
      return files.toList();
    }
  }
}
