package dev.hookbridge.harness.decider;

import dev.hookbridge.api.DecisionChannel;
import dev.hookbridge.api.DecisionRequest;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Settings;
import dev.hookbridge.api.SinkContext;
import dev.hookbridge.api.SinkException;
import dev.hookbridge.api.Transport;
import dev.hookbridge.envelope.Envelopes;
import dev.hookbridge.envelope.HostFacts;
import dev.hookbridge.envelope.redaction.Redaction;
import dev.hookbridge.record.HookCall;
import dev.hookbridge.testing.Heard;
import dev.hookbridge.testing.Recordings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/** A host that asks about a recorded call, made larger and given a tenant, as the agent would. */
public final class Asker implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Duration EXPIRY = Duration.ofSeconds(10);
  private final Heard heard = new Heard();
  private final DecisionChannel channel;
  private final Envelopes envelopes =
      new Envelopes(
          new HostFacts("kvm-07.example.org", "m", "boot", "test"),
          Redaction.standard(),
          Clock.systemUTC());

  Asker(Transport transport, Settings settings) throws SinkException {
    SinkContext context = new SinkContext("feed", "kvm-07.example.org", new SimpleMeterRegistry());
    channel = transport.decisions(settings, context, heard).orElseThrow();
    Awaitility.await().atMost(PATIENCE).until(channel::ready);
  }

  /** The libvirt of the recording asks for a guest of so many GiB; empty is no tenant. */
  private Envelope prepare(int gib, String tenant) {
    Recordings.Recorded recorded =
        Recordings.all().stream()
            .filter(call -> call.driver().equals("qemu") && call.operation().equals("prepare"))
            .findFirst()
            .orElseThrow();
    String info =
        tenant.isEmpty()
            ? ""
            : "<t:info xmlns:t='https://example.org/tenant'><t:name>"
                + tenant
                + "</t:name></t:info>";
    String xml =
        recorded
            .stdin()
            .replaceFirst("<memory unit='KiB'>\\d+<", "<memory unit='GiB'>" + gib + "<")
            .replaceFirst("<metadata>", "<metadata>" + info);
    HookCall call =
        new Recordings.Recorded("", 0, recorded.path(), recorded.args(), xml)
            .call(UUID.randomUUID().toString(), System.currentTimeMillis() * 1_000_000);
    return envelopes.of(call);
  }

  public DecisionRequest request(String rule, int gib, String tenant) {
    return request(rule, prepare(gib, tenant), EXPIRY);
  }

  public DecisionRequest request(String rule, Envelope hook, Duration expiry) {
    Map<String, String> attributes = new LinkedHashMap<>(hook.attributes());
    attributes.put("id", UUID.randomUUID().toString());
    attributes.put("type", "dev.hookbridge.decision.requested.v1");
    attributes.put("causationid", hook.id());
    attributes.put("timeoutms", String.valueOf(expiry.toMillis()));
    attributes.put("expirytime", Instant.now().plus(expiry).toString());
    byte[] random = new byte[16];
    ThreadLocalRandom.current().nextBytes(random);
    Envelope event = new Envelope(attributes, hook.route(), hook.data(), hook.xmlAt());
    return new DecisionRequest(HexFormat.of().formatHex(random), rule, event, expiry);
  }

  /** One that nobody can answer in time: it has expired when it is asked. */
  public DecisionRequest expired(String rule) {
    DecisionRequest late = request(rule, prepare(1, ""), EXPIRY);
    Envelope event = late.event().with("expirytime", Instant.now().minusSeconds(5).toString());
    return new DecisionRequest(late.correlation(), rule, event, EXPIRY);
  }

  public void ask(DecisionRequest request) {
    channel.ask(request);
  }

  public String answer(DecisionRequest request) {
    heard.awaitReplies(request.correlation(), 1);
    return heard.texts(request.correlation()).get(0);
  }

  /** Asks again and again until somebody is there who answers, and as expected. */
  public void awaitAnswer(String rule, int gib, String tenant, Predicate<String> expected) {
    List<String> asked = new java.util.concurrent.CopyOnWriteArrayList<>();
    Awaitility.await("an answer")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(500))
        .until(
            () -> {
              DecisionRequest request = request(rule, gib, tenant);
              asked.add(request.correlation());
              channel.ask(request);
              return asked.stream().anyMatch(one -> heard.texts(one).stream().anyMatch(expected));
            });
  }

  public boolean answered(DecisionRequest request) {
    return !heard.replies(request.correlation()).isEmpty();
  }

  boolean unheard(DecisionRequest request) {
    return heard.wasUnheard(request.correlation());
  }

  @Override
  public void close() {
    channel.close();
  }
}
