package dev.hookbridge.observer;

import dev.hookbridge.envelope.GuestList;
import dev.hookbridge.envelope.ObservedEvent;
import dev.hookbridge.observer.rpc.LibvirtConnection;
import dev.hookbridge.observer.rpc.LibvirtErrorException;
import dev.hookbridge.observer.rpc.MalformedMessageException;
import dev.hookbridge.observer.rpc.NoReplyException;
import dev.hookbridge.observer.rpc.SilentDaemonException;
import dev.hookbridge.observer.rpc.XdrReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Observes one driver: connects, registers for events, lists the guests, and begins again when the
 * connection ends. It registers first and lists then, so nothing falls between the two.
 *
 * <p>One thread, named {@code observer-<driver>}. The other methods are safe for any thread.
 */
final class Link implements Runnable, LibvirtConnection.Events {
  private static final Logger LOG = LoggerFactory.getLogger(Link.class);

  /** The wait for a reply to a call that no guest can delay. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** The wait for a reply about guests. A hook of a guest that runs delays it. */
  private static final Duration LONG_PATIENCE = Duration.ofSeconds(60);

  private static final Duration SLICE = Duration.ofMillis(250);
  private static final Duration SHORTEST = Duration.ofSeconds(1);
  private static final Duration AGAIN = Duration.ofSeconds(10);

  private final DriverUri uri;
  private final ObserverSettings settings;
  private final ObserverListener listener;
  private final LinkMeters meters;
  private final Pause pause;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile @Nullable LibvirtConnection connection;
  private volatile boolean wanted;
  private volatile String problem = "";
  private @Nullable GuestLister lister;
  private @Nullable Instant lost;
  private String reason = "";
  private long listedAt;
  private long listAt;

  Link(DriverUri uri, ObserverSettings settings, ObserverListener listener, LinkMeters meters) {
    this.uri = uri;
    this.settings = settings;
    this.listener = listener;
    this.meters = meters;
    this.pause = new Pause(isExpected());
    if (isExpected()) {
      meters.expect();
    }
  }

  private boolean isExpected() {
    return !settings.uris().isEmpty();
  }

  @Override
  public void run() {
    while (!isStopped(pause.next())) {
      Path socket = uri.path();
      if (pause.isWorthwhile(socket)) {
        try {
          observe(socket);
        } catch (RuntimeException | Error e) {
          LOG.error("unexpected failure while observing {}, going on", uri, e);
          ended("malformed", "unexpected: " + e, Instant.now());
          pause.failed();
        }
      }
    }
  }

  private boolean isStopped(Duration wait) {
    try {
      return stopped.await(wait.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      return true;
    }
  }

  private void observe(Path socket) {
    try (LibvirtConnection now = LibvirtConnection.connect(socket, this)) {
      connection = now;
      if (stopped.getCount() == 0) {
        return; // too early for stop() to see it
      }
      now.open(uri.uri(), PATIENCE);
      Registration.of(now, uri, settings.include(), PATIENCE);
      begun();
      listen(now);
    } catch (LibvirtErrorException e) {
      boolean absent = e.code() == LibvirtErrorException.NO_CONNECT;
      pause.refused(socket, absent);
      ended("refused", DaemonText.of(e), Instant.now());
      if (!absent) {
        report(DaemonText.of(e)); // polkit forbids it, perhaps: somebody has to know
      }
    } catch (MalformedMessageException e) {
      pause.failed();
      ended("malformed", "libvirt sends nonsense: " + DaemonText.of(e), Instant.now());
    } catch (SilentDaemonException | NoReplyException e) {
      LibvirtConnection dead = connection;
      ended(
          "silent",
          "libvirt does not answer: " + DaemonText.of(e),
          dead == null ? Instant.now() : dead.lastHeard());
    } catch (IOException e) {
      ended("closed", "libvirt cannot be reached: " + DaemonText.of(e), Instant.now());
    } finally {
      connection = null;
      lister = null;
    }
  }

  private void begun() {
    pause.connected();
    meters.connected(true);
    problem = "";
    LOG.info("listening to {}", uri);
    Instant from = lost;
    if (from != null) {
      listener.gap(uri.driver(), from, Instant.now(), reason);
      lost = null;
    }
    listAt = System.nanoTime();
  }

  private void listen(LibvirtConnection now) throws IOException {
    lister = uri.isNetwork() ? null : new GuestLister(now, uri.driver(), LONG_PATIENCE);
    while (stopped.getCount() > 0) {
      if (isListDue()) {
        list();
      }
      now.listen(SLICE);
    }
  }

  private boolean isListDue() {
    long now = System.nanoTime();
    return lister != null
        && (now - listAt >= 0 || (wanted && now - listedAt >= SHORTEST.toNanos()));
  }

  private void list() throws IOException {
    GuestLister listing = lister;
    if (listing == null) {
      return;
    }
    wanted = false;
    Duration next = settings.interval();
    try {
      GuestList list = listing.list();
      meters.listed(list);
      listener.inventory(list);
      problem = "";
    } catch (LibvirtErrorException | NoReplyException e) {
      next = AGAIN;
      report("libvirt does not list its guests: " + DaemonText.of(e));
    }
    listedAt = System.nanoTime();
    listAt = listedAt + next.toNanos();
  }

  @Override
  public void event(int procedure, XdrReader body) throws MalformedMessageException {
    ObservedEvent event = EventDecoder.decode(uri.driver(), procedure, body, Instant.now());
    if (event == null) {
      return;
    }
    GuestLister listing = lister;
    if (listing != null) {
      listing.touched(event.of().uuid());
    }
    listener.event(meters.heard(event));
    wanted |= event.name().equals("crashed"); // only a list tells what became of the guest
  }

  @Override
  public void skipped(int procedure) {
    Instant now = Instant.now();
    listener.gap(uri.driver(), now, now, "too-large");
    wanted = true;
  }

  private void ended(String word, String text, Instant at) {
    if (stopped.getCount() == 0) {
      return;
    }
    if (meters.connected()) {
      meters.connected(false);
      lost = at;
      reason = word;
    }
    if (lost != null || isExpected()) {
      report(text);
    } else {
      LOG.debug("{}: {}", uri, text);
    }
  }

  private void report(String text) {
    if (!text.equals(problem)) {
      LOG.warn("{}: {}", uri, text);
    }
    problem = text;
  }

  /** Asks for an inventory soon. */
  void wantInventory() {
    wanted = true;
  }

  LinkState state() {
    return new LinkState(uri.driver(), uri.uri(), meters.connected(), meters.guests(), problem);
  }

  /** Returns whether this driver is or was there, or must be. */
  boolean isKnown() {
    return isExpected() || meters.isRegistered() || !problem.isEmpty();
  }

  void stop() {
    stopped.countDown();
    LibvirtConnection open = connection;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        LOG.debug("while closing {}: {}", uri, e.toString());
      }
    }
  }
}
