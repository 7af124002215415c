package dev.hookbridge.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.harness.host.Consumer;
import dev.hookbridge.harness.host.EventFile;
import dev.hookbridge.harness.host.Hooks;
import dev.hookbridge.harness.host.Host;
import dev.hookbridge.testing.Device;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.io.TempDir;

/**
 * Mailbox and spool lie on a disk whose content at one moment is kept. What an agent of the next
 * boot delivers from there, and what was delivered before, are together every call that had
 * returned.
 */
abstract class PowerCuts {
  static final boolean FULL = Boolean.getBoolean("hookbridge.full");
  static final int CALLS = FULL ? 150 : 15;
  static final int GUESTS = 3;
  static final int SPARES = 128;
  static final Duration PATIENCE = Duration.ofMinutes(1);

  @TempDir Path folder;

  Device device(String type) throws IOException {
    return new Device(folder.resolve("device"), folder.resolve("data"), type);
  }

  Host host(Path data, String name) throws IOException {
    return new Host(data, folder.resolve(name + ".log"), "kvm-07", events(name).sink());
  }

  EventFile events(String name) {
    return new EventFile(folder.resolve(name + ".jsonl"));
  }

  static List<Path> files(Host host) throws IOException {
    return list(host, false);
  }

  /** Spares, and what is not finished. */
  static List<Path> hidden(Host host) throws IOException {
    return list(host, true);
  }

  private static List<Path> list(Host host, boolean hidden) throws IOException {
    try (Stream<Path> files = Files.list(host.data.resolve("mail/new"))) {
      return files.filter(file -> file.getFileName().toString().startsWith(".") == hidden).toList();
    }
  }

  static void await(Host host, Callable<Boolean> condition) {
    try {
      Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).until(condition);
    } catch (ConditionTimeoutException e) {
      throw new AssertionError(host.log(), e);
    }
  }

  /** Taken in a second time, a call would be an event of another number. */
  static void assertOneNumberEach(List<Consumer.Message> messages) {
    Map<String, Set<String>> numbers =
        messages.stream()
            .filter(Consumer.Message::isHook)
            .collect(
                Collectors.groupingBy(
                    Consumer.Message::id,
                    Collectors.mapping(
                        message -> message.attributes().get("sequence"), Collectors.toSet())));
    assertThat(numbers.values()).allMatch(each -> each.size() == 1);
  }

  /** What the guests have done who take turns. */
  static Map<String, List<String>> firsts(int calls) {
    return Stream.iterate(0, guest -> guest + 1)
        .limit(Math.min(calls, GUESTS))
        .collect(
            Collectors.toMap(
                guest -> "guest-" + guest,
                guest -> Hooks.firsts((calls - guest + GUESTS - 1) / GUESTS)));
  }

  /** Whether a call was written over a spare. */
  static boolean used(Path spare) {
    try (InputStream content = Files.newInputStream(spare)) {
      return content.read() != 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
