package dev.hookbridge.decision;

import dev.hookbridge.api.DecisionRequest;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.decision.request.DecisionTransport;
import dev.hookbridge.decision.rule.Rule;
import dev.hookbridge.envelope.Envelopes;
import dev.hookbridge.envelope.HostFacts;
import dev.hookbridge.envelope.redaction.Redaction;
import dev.hookbridge.mailbox.ShimDouble;
import dev.hookbridge.mailbox.ShimDouble.Answer;
import dev.hookbridge.testing.FakeTransport;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A gate on a folder of its own, before deciders in memory. */
public final class Rig implements AutoCloseable {
  public static final Duration PATIENCE = Duration.ofSeconds(60);
  public static final String GUEST =
      "<domain type='kvm'><name>web1</name><memory unit='KiB'>1048576</memory></domain>";

  final Path folder;
  final MeterRegistry meters = new SimpleMeterRegistry();
  public final List<Envelope> reported = new CopyOnWriteArrayList<>();
  public final Envelopes envelopes =
      new Envelopes(
          new HostFacts("kvm-07.example.org", "machine", "boot", "0.1.0"),
          Redaction.standard(),
          Clock.systemUTC());
  public final Decisions decisions;
  private final ExecutorService shims = Executors.newCachedThreadPool();
  private final List<FakeTransport.Channel> channels = new ArrayList<>();

  private Rig(Path folder, List<Rule> rules) throws IOException {
    this.folder = folder;
    Map<String, DecisionTransport> decisionTransports = new HashMap<>();
    for (Rule rule : rules) {
      decisionTransports.put(
          rule.via(),
          new DecisionTransport(
              rule.via(), new FakeTransport(), FakeTransport.noSettings(), true, 1L << 30));
    }
    decisions =
        Decisions.open(
            rules,
            new Decisions.Site(folder, "kvm-07.example.org", decisionTransports),
            envelopes,
            meters,
            reported::add);
  }

  /** With every line ready. */
  public static Rig of(Path folder, TestRule... rules) throws Exception {
    Rig rig = opened(folder, rules);
    rig.awaitLines(List.of(rules).stream().map(rule -> rule.build().via()).distinct().count());
    return rig;
  }

  public static Rig opened(Path folder, TestRule... rules) throws IOException {
    return new Rig(folder, List.of(rules).stream().map(TestRule::build).toList());
  }

  /** Takes so many new channels, and waits until they are ready. */
  void awaitLines(long count) throws InterruptedException {
    for (int i = 0; i < count; i++) {
      channel();
    }
    Awaitility.await("lines")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(5))
        .until(
            () ->
                meters.find("hookbridge.decision.channel.ready").gauges().stream()
                    .allMatch(gauge -> gauge.value() == 1));
  }

  /** The next channel that was opened. */
  FakeTransport.Channel channel() throws InterruptedException {
    FakeTransport.Channel next = FakeTransport.OPENED.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("no channel was opened");
    }
    channels.add(next);
    return next;
  }

  public List<FakeTransport.Channel> channels() {
    return channels;
  }

  /** The one of two over which something is asked. */
  public static FakeTransport.Channel whichever(
      FakeTransport.Channel first, FakeTransport.Channel second) {
    Awaitility.await("a question")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> !first.asked.isEmpty() || !second.asked.isEmpty());
    return first.asked.isEmpty() ? second : first;
  }

  /** The channel that was opened last. */
  public FakeTransport.Channel line() {
    return channels.get(channels.size() - 1);
  }

  /** The next question over the line. */
  public DecisionRequest asked() throws InterruptedException {
    return asked(line());
  }

  public static DecisionRequest asked(FakeTransport.Channel channel) throws InterruptedException {
    DecisionRequest request = channel.asked.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (request == null) {
      throw new AssertionError("nothing was asked");
    }
    return request;
  }

  public CompletableFuture<Answer> prepare() {
    return ask("qemu", "web1", "prepare");
  }

  CompletableFuture<Answer> ask(String driver, String object, String operation) {
    byte[] record =
        ShimDouble.call(
            driver,
            List.of(object, operation, "begin", "-"),
            GUEST.getBytes(StandardCharsets.UTF_8));
    return ask(record);
  }

  CompletableFuture<Answer> ask(byte[] record) {
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    shims.execute(
        () -> {
          try {
            answer.complete(ShimDouble.ask(folder, record));
          } catch (IOException | RuntimeException | Error e) {
            answer.completeExceptionally(e);
          }
        });
    return answer;
  }

  public static Answer get(CompletableFuture<Answer> answer) throws Exception {
    return answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  public double counted(String name, String reason) {
    return meters.find(name).tag("reason", reason).counters().stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }

  public void awaitCounted(String name, String reason, double count) {
    Awaitility.await(name + " " + reason)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> counted(name, reason) >= count);
  }

  @Override
  public void close() {
    decisions.close();
    shims.shutdownNow();
  }
}
