package dev.hookbridge.spool.state;

import dev.hookbridge.spool.table.Meta;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * The name of a range of sequence numbers. A new epoch begins with each new {@link HostIdentity},
 * that is with each boot, host name and machine. It also begins when the file is not the one that
 * holds the highest number. So a number is never used twice in an epoch, even if a machine was
 * cloned or a file was restored. The numbers continue across epochs.
 */
public final class Epoch {
  private static final String EPOCH = "epoch";
  private static final String IDENTITY = "identity";
  private static final String PREVIOUS = "previous_epoch";
  private static final String PREVIOUS_LAST = "previous_last";
  private static final String PREVIOUS_HOST = "previous_host";
  private static final long UNKNOWN_LAST = -1;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Meta meta;
  private final String name;

  private Epoch(Meta meta, String name) {
    this.meta = meta;
    this.name = name;
  }

  /**
   * Returns the epoch of this identity. Begins a new one if the file has another. Call it within a
   * transaction.
   *
   * @param broken whether the file is not the one that holds the highest number
   * @param previous the epoch of the highest number, if it is known
   */
  static Epoch of(Meta meta, HostIdentity me, boolean broken, Optional<PreviousEpoch> previous)
      throws SQLException {
    Optional<String> current = meta.text(EPOCH);
    if (current.isPresent() && !broken && meta.text(IDENTITY).equals(Optional.of(text(me)))) {
      return new Epoch(meta, current.get());
    }
    if (previous.isPresent() || meta.text(PREVIOUS).isEmpty()) {
      follows(meta, previous.orElseGet(PreviousEpoch::unknown));
    }
    rename(meta, me.host());
    String name = timeOrdered();
    meta.put(EPOCH, name);
    meta.put(IDENTITY, text(me));
    return new Epoch(meta, name);
  }

  private static String text(HostIdentity me) {
    return String.join("\n", me.host(), me.machineId(), me.bootId());
  }

  /**
   * Remembers the host name of the latest epoch that an event has named, if it is not the current
   * one.
   */
  private static void rename(Meta meta, String host) throws SQLException {
    Optional<String> before = meta.text(PREVIOUS_HOST);
    if (before.isEmpty()) {
      before = meta.text(IDENTITY).map(identity -> identity.substring(0, identity.indexOf('\n')));
    }
    if (before.isEmpty() || before.get().equals(host)) {
      meta.remove(PREVIOUS_HOST);
    } else {
      meta.put(PREVIOUS_HOST, before.get());
    }
  }

  /** Sets the epoch before the next epoch of this file. */
  public static void follows(Meta meta, PreviousEpoch previous) throws SQLException {
    meta.put(PREVIOUS, previous.epoch());
    meta.put(PREVIOUS_LAST, previous.last().orElse(UNKNOWN_LAST));
  }

  /** Returns the name of the epoch in the file. */
  static Optional<String> current(Meta meta) throws SQLException {
    return meta.text(EPOCH);
  }

  public String name() {
    return name;
  }

  /** Returns the previous epoch, until {@link #reportedPrevious}. */
  public Optional<PreviousEpoch> previous() throws SQLException {
    Optional<String> epoch = meta.text(PREVIOUS);
    long last = meta.number(PREVIOUS_LAST, UNKNOWN_LAST);
    return epoch.map(
        text ->
            new PreviousEpoch(
                text, last == UNKNOWN_LAST ? OptionalLong.empty() : OptionalLong.of(last)));
  }

  /**
   * Returns the name that the host had in the previous epoch, if it is another one, until {@link
   * #reportedPrevious}.
   */
  public Optional<String> previousHost() throws SQLException {
    return meta.text(PREVIOUS_HOST);
  }

  /** Deletes the previous epoch from the file, because an event has reported it. */
  public void reportedPrevious() throws SQLException {
    meta.remove(PREVIOUS);
    meta.remove(PREVIOUS_LAST);
    meta.remove(PREVIOUS_HOST);
  }

  /** Returns a UUIDv7 (RFC 9562), so that epochs sort by their start. */
  static String timeOrdered() {
    long high = System.currentTimeMillis() << 16 | 0x7000 | RANDOM.nextInt(0x1000);
    long low = RANDOM.nextLong() >>> 2 | 1L << 63;
    return new UUID(high, low).toString();
  }
}
