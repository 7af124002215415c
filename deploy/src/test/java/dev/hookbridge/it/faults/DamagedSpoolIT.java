package dev.hookbridge.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.harness.host.Consumer;
import dev.hookbridge.harness.host.EventFile;
import dev.hookbridge.harness.host.Hooks;
import dev.hookbridge.harness.host.Host;
import dev.hookbridge.testing.Needs;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real agent whose spool is removed, damaged or put back: all is delivered or reported. */
class DamagedSpoolIT {
  private static final int CALLS = 20;
  private static final int PAGE = 4096;
  private static final String XML =
      "<domain type='kvm'><title>" + "x".repeat(6_000) + "</title></domain>";

  @TempDir Path folder;
  private EventFile events;
  private Host host;
  private Hooks hooks;

  /** The sink's folder is missing, so events wait in the spool. */
  @BeforeEach
  void fill() throws Exception {
    Needs.root();
    events = new EventFile(folder.resolve("sink/events.jsonl"));
    host = new Host(folder.resolve("host"), "kvm-07", events.sink());
    hooks = new Hooks(host);
    host.startAgent();
    fire(0);
    // All are committed, and no file is left that would bring a call back after the damage.
    Awaitility.await()
        .until(() -> host.metric("hookbridge_spool_events") > CALLS && host.mailboxFiles() == 0);
  }

  @AfterEach
  void end() {
    host.close();
  }

  private void fire(int from) throws Exception {
    for (int i = from; i < from + CALLS; i++) {
      hooks.fire("qemu", List.of("g" + i, "start", "begin", "-"), XML);
    }
  }

  private Path spool(String name) {
    return host.data.resolve("spool").resolve(name);
  }

  private void awaitEnd() {
    Awaitility.await().until(() -> !host.agentLives());
  }

  private void startWithSink() throws Exception {
    Files.createDirectories(folder.resolve("sink"));
    host.startAgent();
    host.awaitReady();
  }

  @Test
  void filesRemovedInUseCostNothing() throws Exception {
    Files.delete(spool("spool.db"));
    Files.delete(spool("spool.db-wal"));
    awaitEnd();
    assertThat(host.log()).contains("were removed or replaced while the agent used them");
    startWithSink();
    Awaitility.await().until(() -> events.hooks().size() == CALLS);
    assertThat(events.lost()).isEmpty();
  }

  @Test
  void logRemovedAfterAKillIsReportedByNumber() throws Exception {
    host.killAgent();
    Files.delete(spool("spool.db-wal"));
    startWithSink();
    fire(CALLS);
    Awaitility.await().until(() -> events.hooks().size() >= CALLS);
    // The calls, and agent.started before them.
    Awaitility.await().until(() -> reported("rolled-back").size() == CALLS + 1);
    assertThat(reported("rolled-back")).contains(1L, CALLS + 1L);
    assertThat(events.hooks()).hasSize(CALLS);
  }

  @Test
  void damageFoundInUseEndsTheAgentAndTheNextSavesTheRest() throws Exception {
    assertThat(host.stopAgent()).isZero(); // so that the log is in the file
    host.startAgent();
    Awaitility.await().until(() -> host.metric("hookbridge_spool_events") >= CALLS);
    byte[] noise = new byte[PAGE];
    Arrays.fill(noise, (byte) 0xa5);
    try (RandomAccessFile file = new RandomAccessFile(spool("spool.db").toFile(), "rw")) {
      long pages = file.length() / PAGE;
      for (long page = pages / 2; page < pages; page++) {
        file.seek(page * PAGE);
        file.write(noise);
      }
    }
    Files.createDirectories(folder.resolve("sink"));
    Awaitility.await().until(this::isSettled);
    assertThat(reported("damaged")).isNotEmpty();
  }

  /** Restarts an agent that has ended; whether each number is delivered or reported. */
  private boolean isSettled() throws Exception {
    if (!host.agentLives()) {
      host.startAgent();
    }
    Set<Long> known = reported("damaged");
    events.all().forEach(event -> known.add(Long.valueOf(event.attributes().get("sequence"))));
    return LongStream.rangeClosed(1, CALLS + 1L).allMatch(known::contains);
  }

  private Set<Long> reported(String reason) throws IOException {
    Set<Long> numbers = new TreeSet<>();
    for (Consumer.Message event : events.lost()) {
      assertThat(event.json().path("reason").asText()).isEqualTo(reason);
      long first = event.json().path("first").asLong();
      for (long i = 0; i < event.json().path("count").asLong(); i++) {
        numbers.add(first + i);
      }
    }
    return numbers;
  }
}
