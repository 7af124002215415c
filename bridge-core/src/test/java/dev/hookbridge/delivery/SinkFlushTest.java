package dev.hookbridge.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Check;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Outcome;
import dev.hookbridge.api.SettingKey;
import dev.hookbridge.api.Settings;
import dev.hookbridge.api.Sink;
import dev.hookbridge.api.SinkContext;
import dev.hookbridge.api.Transport;
import dev.hookbridge.testing.SampleEvents;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SinkFlushTest {
  private static final int FLUSHES = 20;
  @TempDir Path folder;

  /** With one call a second this would take 20 s. */
  @Test
  void sinkIsFlushedEvery100MsWhileAnEventIsUnconfirmed() throws Exception {
    LazyTransport transport = new LazyTransport();
    try (Pipeline pipeline = new Pipeline(transport, folder)) {
      pipeline.sinkWorker(new Settings("sinks.lazy", Map.of()));
      pipeline.append(new SampleEvents(1).mixed(1, 1, 100));
      Duration took = transport.confirmed.get(60, TimeUnit.SECONDS);
      assertThat(took).isLessThan(Duration.ofSeconds(FLUSHES / 2));
    }
  }

  /** Confirms an event when it was flushed often enough. */
  private static final class LazyTransport implements Transport {
    final CompletableFuture<Duration> confirmed = new CompletableFuture<>();

    @Override
    public String type() {
      return "lazy";
    }

    @Override
    public List<SettingKey<?>> keys() {
      return List.of();
    }

    @Override
    public void validate(Settings settings) {}

    @Override
    public List<Check> check(Settings settings, boolean create) {
      return List.of();
    }

    @Override
    public Sink open(Settings settings, SinkContext context) {
      return new LazySink(confirmed);
    }
  }

  private static final class LazySink implements Sink {
    private final CompletableFuture<Duration> confirmed;
    private long sentAt;
    private int flushes;
    private Consumer<Outcome> waiting = outcome -> {};

    LazySink(CompletableFuture<Duration> confirmed) {
      this.confirmed = confirmed;
    }

    @Override
    public Ordering ordering() {
      return Ordering.PIPELINED;
    }

    @Override
    public String orderingKey(Envelope envelope) {
      return "all";
    }

    @Override
    public int maxEventBytes() {
      return Integer.MAX_VALUE;
    }

    @Override
    public void send(Envelope envelope, Consumer<Outcome> outcome) {
      sentAt = System.nanoTime();
      flushes = 0;
      waiting = outcome;
    }

    @Override
    public void flush() {
      if (++flushes == FLUSHES && sentAt != 0) {
        waiting.accept(Outcome.CONFIRMED);
        confirmed.complete(Duration.ofNanos(System.nanoTime() - sentAt));
      }
    }

    @Override
    public void close() {}
  }
}
