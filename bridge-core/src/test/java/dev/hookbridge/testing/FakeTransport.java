package dev.hookbridge.testing;

import dev.hookbridge.api.Check;
import dev.hookbridge.api.DecisionChannel;
import dev.hookbridge.api.DecisionRequest;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Outcome;
import dev.hookbridge.api.Reason;
import dev.hookbridge.api.Replies;
import dev.hookbridge.api.SettingKey;
import dev.hookbridge.api.Settings;
import dev.hookbridge.api.Sink;
import dev.hookbridge.api.SinkContext;
import dev.hookbridge.api.SinkException;
import dev.hookbridge.api.Transport;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * A broker in memory, type {@code fake}. It confirms every event, and passes every decision request
 * to one function. The state is static, because a service has no other state.
 */
public final class FakeTransport implements Transport {
  /** All events that any sink of this type has published. */
  public static final List<Envelope> PUBLISHED = new CopyOnWriteArrayList<>();

  /** All opened channels, the newest last. */
  public static final BlockingQueue<Channel> OPENED = new LinkedBlockingQueue<>();

  private static volatile BiConsumer<Channel, DecisionRequest> decider = (channel, request) -> {};
  private static volatile boolean down;
  private static volatile boolean readyAtOnce = true;

  /** Resets the static state. */
  public static void reset() {
    PUBLISHED.clear();
    OPENED.clear();
    down = false;
    readyAtOnce = true;
    decider = (channel, request) -> {};
  }

  /** Sets the function for every decision request. The requesting thread runs it. */
  public static void decider(BiConsumer<Channel, DecisionRequest> answers) {
    decider = answers;
  }

  /** Sets whether the broker is down. Then no channel can be opened. */
  public static void down(boolean isDown) {
    down = isDown;
  }

  /** Sets whether a channel is ready as soon as it is open. */
  public static void readyAtOnce(boolean ready) {
    readyAtOnce = ready;
  }

  /** Runs code that finds this transport through {@link java.util.ServiceLoader}. */
  public static <T> T found(Path folder, Callable<T> what) throws Exception {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.writeString(services.resolve(Transport.class.getName()), FakeTransport.class.getName());
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()}, before)) {
      thread.setContextClassLoader(loader);
      return what.call();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  /** A channel whose replies the test sends. */
  public static final class Channel implements DecisionChannel {
    public final Replies replies;
    public final BlockingQueue<DecisionRequest> asked = new LinkedBlockingQueue<>();
    public volatile boolean ready = readyAtOnce;
    public volatile boolean closed;
    public volatile int maxEventBytes = Integer.MAX_VALUE;

    Channel(Replies replies) {
      this.replies = replies;
    }

    @Override
    public boolean ready() {
      return ready;
    }

    @Override
    public int maxEventBytes() {
      return maxEventBytes;
    }

    @Override
    public void ask(DecisionRequest request) {
      asked.add(request);
      decider.accept(this, request);
    }

    /** Sends a reply to a request. */
    public void reply(DecisionRequest request, String json) {
      replies.replied(request.correlation(), json.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  @Override
  public Optional<DecisionChannel> decisions(
      Settings settings, SinkContext context, Replies replies) throws SinkException {
    if (down) {
      throw new SinkException(Reason.UNREACHABLE, "the fake broker is down: lift it up");
    }
    Channel channel = new Channel(replies);
    OPENED.add(channel);
    return Optional.of(channel);
  }

  @Override
  public boolean carriesDecisions() {
    return true;
  }

  @Override
  public String type() {
    return "fake";
  }

  @Override
  public List<SettingKey<?>> keys() {
    return List.of();
  }

  @Override
  public void validate(Settings settings) {}

  @Override
  public Sink open(Settings settings, SinkContext context) throws SinkException {
    return new Sink() {
      @Override
      public Ordering ordering() {
        return Ordering.PIPELINED;
      }

      @Override
      public String orderingKey(Envelope envelope) {
        return envelope.key();
      }

      @Override
      public int maxEventBytes() {
        return 1 << 30;
      }

      @Override
      public void send(Envelope envelope, Consumer<Outcome> outcome) {
        PUBLISHED.add(envelope);
        outcome.accept(Outcome.CONFIRMED);
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public List<Check> check(Settings settings, boolean create) {
    return List.of(Check.ok("fake", "is there"));
  }

  @Override
  public List<Check> checkDecisions(Settings settings, boolean create) {
    return List.of(Check.ok("fake decisions", create ? "made" : "are there"));
  }

  /** Returns empty settings, for tests without a configuration. */
  public static Settings noSettings() {
    return new Settings("sinks.feed", java.util.Map.of());
  }
}
