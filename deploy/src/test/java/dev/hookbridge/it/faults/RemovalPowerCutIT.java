package dev.hookbridge.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.harness.host.Consumer;
import dev.hookbridge.harness.host.EventFile;
import dev.hookbridge.harness.host.Hooks;
import dev.hookbridge.harness.host.Host;
import dev.hookbridge.testing.Device;
import dev.hookbridge.testing.LoopMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The power fails before the removal of a stored call is on the disk. */
class RemovalPowerCutIT extends PowerCuts {
  /**
   * The agent dies when events are stored; their files are removed as it would have removed them,
   * and the power fails before that is on the disk.
   */
  @ParameterizedTest
  @ValueSource(strings = {"ext4", "xfs"})
  void aRemovalThatComesBackIsNoNewEvent(String type) throws Exception {
    try (Device device = device(type);
        Host host = host(device.folder(), "before")) {
      Hooks hooks = new Hooks(host);
      for (int i = 0; i < CALLS; i++) {
        hooks.fire("guest-" + i % GUESTS, i / GUESTS);
      }
      LoopMount.sync(device.folder());
      Process mortal = host.startMortalAgent("STORED", 1);
      assertThat(mortal.waitFor(1, TimeUnit.MINUTES)).isTrue();
      assertThat(mortal.exitValue()).as(host.log()).isEqualTo(128 + 9);
      List<Path> stored = files(host);
      assertThat(stored).hasSize(CALLS);
      for (Path file : stored) {
        Files.delete(file);
      }
      Path copy = device.copy();
      assertThat(files(host)).isEmpty();
      nothingComesTwice(device, copy, CALLS, CALLS, CALLS);
    }
  }

  /**
   * The power fails while the files of stored calls become spares again: before their new names and
   * the zeros in them are on the disk, and after.
   */
  @ParameterizedTest
  @CsvSource({"ext4, REMOVED", "ext4, FORGOTTEN", "xfs, REMOVED", "xfs, FORGOTTEN"})
  void aFileThatBecomesASpareIsNoNewEvent(String type, String step) throws Exception {
    int calls = Math.min(CALLS, SPARES / 2);
    try (Device device = device(type);
        Host host = host(device.folder(), "before")) {
      host.startAgent();
      Awaitility.await("spares").atMost(PATIENCE).until(() -> hidden(host).size() == SPARES);
      assertThat(host.stopAgent()).isZero();
      Hooks hooks = new Hooks(host);
      for (int i = 0; i < calls; i++) {
        hooks.fire("guest-" + i % GUESTS, i / GUESTS);
      }
      assertThat(hidden(host)).as("spares that no hook took").hasSize(SPARES - calls);
      LoopMount.sync(device.folder());
      Process mortal = host.startMortalAgent(step, 1);
      assertThat(mortal.waitFor(1, TimeUnit.MINUTES)).isTrue();
      assertThat(mortal.exitValue()).as(host.log()).isEqualTo(128 + 9);
      assertThat(files(host)).isEmpty();
      assertThat(hidden(host)).as("none was removed").hasSize(SPARES);
      Path copy = device.copy();
      // The file system may have written its journal between the renames and the copy.
      nothingComesTwice(device, copy, calls, 0, step.equals("REMOVED") ? calls : 0);
    }
  }

  /**
   * An agent of the next boot delivers what is missing, and nothing under a second number.
   *
   * @param copy the disk as the power cut left it
   * @param least the lowest number of files that may have come back
   * @param most the highest number
   */
  private void nothingComesTwice(Device device, Path copy, int calls, int least, int most)
      throws Exception {
    List<Consumer.Message> consumed = events("before").all();
    try (LoopMount after = device.mount(copy);
        Host next = host(after.folder(), "after")) {
      List<Path> undone = new ArrayList<>(files(next));
      hidden(next).stream().filter(PowerCuts::used).forEach(undone::add);
      System.out.printf("%d of %d files came back%n", undone.size(), calls);
      assertThat(undone).as("files that came back").hasSizeBetween(least, most);
      next.startAgentOfNextBoot();
      next.awaitReady();
      EventFile events = events("after");
      await(
          next,
          () ->
              files(next).isEmpty() && Consumer.hooks(together(consumed, events)).size() == calls);
      assertThat(next.stopAgent()).isZero();
      List<Consumer.Message> both = together(consumed, events);
      assertThat(Consumer.lives(both)).isEqualTo(firsts(calls));
      assertThat(events.hooks()).extracting(Consumer.Message::id).doesNotHaveDuplicates();
      assertOneNumberEach(both);
    }
  }

  private static List<Consumer.Message> together(List<Consumer.Message> consumed, EventFile events)
      throws IOException {
    List<Consumer.Message> both = new ArrayList<>(consumed);
    both.addAll(events.all());
    return both;
  }
}
