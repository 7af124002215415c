package dev.hookbridge.spool;

import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * The name of a stretch of numbers from one host. A new file begins a new one, and so does a
 * changed host name, since {@code source} and {@code sequence} together name an event's place; the
 * numbers go on.
 */
final class Epoch {
  private static final String EPOCH = "epoch";
  private static final String HOST = "host";
  private static final String PREVIOUS = "previous_epoch";
  private static final String PREVIOUS_LAST = "previous_last";
  private static final long UNKNOWN_LAST = -1;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Meta meta;
  private final String name;

  private Epoch(Meta meta, String name) {
    this.meta = meta;
    this.name = name;
  }

  /** Within a transaction: the epoch of this host, begun if it is not the one of the file. */
  static Epoch of(Meta meta, String host, long last) throws SQLException {
    Optional<String> current = meta.text(EPOCH);
    if (current.isPresent() && meta.text(HOST).equals(Optional.of(host))) {
      return new Epoch(meta, current.get());
    }
    if (current.isPresent()) {
      follows(meta, new Previous(current.get(), OptionalLong.of(last)));
    }
    String name = timeOrdered();
    meta.put(EPOCH, name);
    meta.put(HOST, host);
    return new Epoch(meta, name);
  }

  /** The next epoch of this file comes after that one. */
  static void follows(Meta meta, Previous previous) throws SQLException {
    meta.put(PREVIOUS, previous.epoch());
    meta.put(PREVIOUS_LAST, previous.last().orElse(UNKNOWN_LAST));
  }

  /** What can be said of the file's epoch when a new one replaces the file. */
  static Previous asPrevious(Meta meta) throws SQLException {
    Optional<String> name = meta.text(EPOCH);
    return name.isEmpty()
        ? Previous.unknown()
        : new Previous(name.get(), OptionalLong.of(meta.number("last", 0)));
  }

  String name() {
    return name;
  }

  Optional<Previous> previous() throws SQLException {
    Optional<String> epoch = meta.text(PREVIOUS);
    long last = meta.number(PREVIOUS_LAST, UNKNOWN_LAST);
    return epoch.map(
        text ->
            new Previous(
                text, last == UNKNOWN_LAST ? OptionalLong.empty() : OptionalLong.of(last)));
  }

  void toldPrevious() throws SQLException {
    meta.remove(PREVIOUS);
    meta.remove(PREVIOUS_LAST);
  }

  /** A UUIDv7 (RFC 9562): epochs sort by their beginning. */
  private static String timeOrdered() {
    long high = System.currentTimeMillis() << 16 | 0x7000 | RANDOM.nextInt(0x1000);
    long low = RANDOM.nextLong() >>> 2 | 1L << 63;
    return new UUID(high, low).toString();
  }
}
