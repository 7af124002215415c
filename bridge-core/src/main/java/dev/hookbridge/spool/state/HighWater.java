package dev.hookbridge.spool.state;

import dev.hookbridge.spool.table.Cursor;
import dev.hookbridge.spool.table.Ranges;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a spool has acknowledged, as far as it is known outside its database.
 *
 * @param generation counts the writes: of two copies the one with the higher number is newer
 * @param lineage names the series of numbers, which goes on over epochs and over files that
 *     replaced one another
 * @param epoch the epoch of the highest number
 * @param last the highest number given
 * @param parked whether there ever were dead letters
 * @param sinks for each sink what it has confirmed, up to a second ago; of a sink with very many
 *     ranges the lowest ones
 */
public record HighWater(
    long generation,
    String lineage,
    String epoch,
    HostIdentity identity,
    long last,
    boolean parked,
    Map<String, Ranges> sinks) {
  /** So many ranges are kept for all sinks together: a record fits its slot. */
  private static final int MOST_RANGES = 600;

  /** What is known once a transaction is committed. */
  HighWater after(Transaction change) {
    Map<String, Ranges> now = sinks;
    if (!change.snapshots().isEmpty() || !change.removed().isEmpty()) {
      now = new TreeMap<>(sinks);
      for (Cursor.Snapshot cursor : change.snapshots()) {
        now.put(cursor.sink(), cursor.ranges());
      }
      now.keySet().removeAll(change.removed());
      now.remove(SpoolState.NOBODY);
    }
    boolean letters = parked || change.parked();
    return new HighWater(generation + 1, lineage, epoch, identity, change.last(), letters, now);
  }

  byte[] encode() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeLong(generation);
      out.writeUTF(lineage);
      out.writeUTF(epoch);
      out.writeUTF(identity.host());
      out.writeUTF(identity.machineId());
      out.writeUTF(identity.bootId());
      out.writeLong(last);
      out.writeBoolean(parked);
      out.writeInt(sinks.size());
      int most = MOST_RANGES / Math.max(1, sinks.size());
      for (Map.Entry<String, Ranges> sink : sinks.entrySet()) {
        out.writeUTF(sink.getKey());
        Ranges ranges = sink.getValue();
        int kept = Math.min(ranges.size(), most);
        out.writeInt(kept);
        for (int i = 0; i < kept; i++) {
          out.writeLong(ranges.first(i));
          out.writeLong(ranges.last(i));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /**
   * Reads what {@link #encode} has written.
   *
   * @throws IOException when the bytes are something else
   */
  static HighWater decode(byte[] bytes) throws IOException {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      long generation = in.readLong();
      String lineage = in.readUTF();
      String epoch = in.readUTF();
      HostIdentity identity = new HostIdentity(in.readUTF(), in.readUTF(), in.readUTF());
      long last = in.readLong();
      boolean parked = in.readBoolean();
      Map<String, Ranges> sinks = new TreeMap<>();
      for (int left = in.readInt(); left > 0; left--) {
        String sink = in.readUTF();
        Ranges ranges = new Ranges();
        for (int i = in.readInt(); i > 0; i--) {
          ranges.add(in.readLong(), in.readLong());
        }
        sinks.put(sink, ranges);
      }
      return new HighWater(generation, lineage, epoch, identity, last, parked, sinks);
    } catch (IllegalArgumentException e) {
      throw new IOException("not a list of ranges", e);
    }
  }
}
