package dev.hookbridge.mailbox;

import dev.hookbridge.disk.Durable;
import dev.hookbridge.record.MailFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps spare files: preallocated files of zeros for the shim. To make a new file durable costs the
 * shim twice as much as to overwrite a file whose inode and blocks are already durable. So the
 * agent prepares spares while no hook waits. They are in {@code new} under hidden names. The shim
 * locks a spare, writes a call into it, syncs it, and renames it within the folder. Without a spare
 * the shim creates a file. The shim does not sync the rename. After a power cut, calls that were
 * promised to libvirt may be in spares again.
 *
 * <p>A spare whose call is stored is used again, because that writes less than a new file:
 *
 * <pre>
 * new/CALL  →  new/.making-NNN   by {@link #recycle}, in place of a removal
 *              sync the folder   from now on a power cut cannot bring back the name CALL
 *              zeros, synced     from now on it cannot bring back the call: its id may be forgotten
 *           →  new/.spare-NNN
 * </pre>
 *
 * <p>One thread runs it, named {@code spares}. {@link #recycle} and {@link #removed} are for the
 * thread that reads the mailbox.
 */
public final class PreallocatedFiles implements Runnable {
  /** The maximum number of spares. The shim is built for the same number. */
  static final int MOST = 128;

  static final int SIZE = 16 << 10;
  private static final Logger LOG = LoggerFactory.getLogger(PreallocatedFiles.class);
  private static final long LEAST_ROOM = 16L << 20;
  private static final int SECONDS_TO_GATHER = 5;
  private static final Pattern NAME = Pattern.compile("\\.spare-\\d{3}");
  private static final Pattern BEGUN = Pattern.compile("\\.making-\\d{3}");

  private final Path folder;
  private final Semaphore used = new Semaphore(0);
  private final Queue<Integer> numbers = new ConcurrentLinkedQueue<>();
  private final Queue<Path> recycled = new ConcurrentLinkedQueue<>();
  private final Queue<Runnable> awaitingSync = new ConcurrentLinkedQueue<>();
  private volatile boolean stopping;
  private boolean failing;

  PreallocatedFiles(Path mail) {
    this.folder = mail.resolve("new");
    IntStream.range(MOST, 2 * MOST).forEach(numbers::add); // lower numbers are for new files
  }

  /**
   * Prepares missing spares and makes removals durable: at the start, soon after files were
   * removed, and every minute.
   */
  @Override
  public void run() {
    boolean goesOn = await(1, 0); // other work first, when the agent starts
    while (goesOn) {
      fillIfPossible();
      goesOn = await(60, SECONDS_TO_GATHER);
    }
    if (!recycled.isEmpty() || !awaitingSync.isEmpty()) {
      fillIfPossible(); // hooks use them while no agent runs
    }
  }

  private void fillIfPossible() {
    try {
      fill();
      failing = false;
    } catch (IOException e) {
      if (!failing) {
        LOG.warn(
            "{} cannot be synced or written ({}), so hooks take longer and ids of stored calls are"
                + " remembered; check the disk",
            folder,
            e.toString());
      }
      failing = true;
    }
  }

  /** Waits for a removal, and then for more of them. Returns false when the agent stops. */
  private boolean await(long seconds, long secondsToGather) {
    try {
      if (used.tryAcquire(1, seconds, TimeUnit.SECONDS)) {
        used.tryAcquire(MOST / 4 - 1, secondsToGather, TimeUnit.SECONDS);
      }
      used.drainPermits();
      return !stopping;
    } catch (InterruptedException e) {
      return false;
    }
  }

  /** Returns whether a file in {@code new} has the name of a spare. */
  static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  /** Returns whether a file in {@code new} has the name of a spare that is not ready yet. */
  static boolean isBegun(String name) {
    return BEGUN.matcher(name).matches();
  }

  /**
   * Takes the file of a stored call out of the mailbox, to use it again as a spare. Returns false
   * when it stays, because enough of them are prepared at the moment, or when it cannot be renamed.
   */
  boolean recycle(Path file) {
    Integer number = numbers.poll();
    if (number == null) {
      return false;
    }
    Path begun = beginning(number);
    try {
      Files.move(file, begun, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      LOG.debug("{} is not used again: {}", file, e.toString());
      numbers.add(number);
      return false;
    }
    recycled.add(begun);
    return true;
  }

  /**
   * Runs {@code durable} once the removal of the files that were removed or recycled before this
   * call is durable. It runs on the thread of {@link #run}.
   */
  void removed(int files, Runnable durable) {
    awaitingSync.add(durable);
    used.release(files);
  }

  /** Ends {@link #run}. */
  public void stop() {
    stopping = true;
    used.release(MOST);
  }

  void fill() throws IOException {
    List<Runnable> waiting = drain(awaitingSync); // before the files: these are removed by now
    List<Path> begun = drain(recycled);
    try {
      List<Path> missing = missing();
      while (begun.size() > missing.size()) {
        release(begun.remove(begun.size() - 1), null);
      }
      FileStore store = Files.getFileStore(folder);
      for (int i = begun.size();
          i < missing.size() && !stopping && store.getUsableSpace() > LEAST_ROOM;
          i++) {
        begun.add(make(missing.get(i)));
      }
      if (begun.isEmpty() && waiting.isEmpty()) {
        return;
      }
      // The shim uses a spare only when it is durable under some name: recovery reads all names.
      Durable.sync(folder);
      if (!clear(begun)) {
        Durable.sync(folder);
      }
      waiting.forEach(Runnable::run);
      waiting.clear();
      while (!begun.isEmpty()) {
        release(begun.remove(begun.size() - 1), missing.get(begun.size()));
      }
    } catch (IOException e) {
      awaitingSync.addAll(waiting);
      begun.stream().filter(file -> number(file) >= MOST).forEach(recycled::add);
      throw e;
    }
  }

  private static <T> List<T> drain(Queue<T> queue) {
    List<T> drained = new ArrayList<>();
    for (T one = queue.poll(); one != null; one = queue.poll()) {
      drained.add(one);
    }
    return drained;
  }

  private List<Path> missing() {
    List<Path> missing = new ArrayList<>();
    for (int i = 0; i < MOST; i++) {
      Path spare = folder.resolve(name(".spare-", i));
      if (!Files.exists(spare, LinkOption.NOFOLLOW_LINKS)) {
        missing.add(spare);
      }
    }
    return missing;
  }

  /** Gives a file its name as a spare, or deletes it. Its old name is free then. */
  private void release(Path file, @Nullable Path spare) throws IOException {
    try {
      if (spare == null) {
        Files.deleteIfExists(file);
      } else {
        Files.move(file, spare, StandardCopyOption.ATOMIC_MOVE);
      }
    } finally {
      if (number(file) >= MOST) {
        numbers.add(number(file));
      }
    }
  }

  private static int number(Path begun) {
    return Integer.parseInt(begun.getFileName().toString().substring(".making-".length()));
  }

  private Path beginning(int number) {
    return folder.resolve(name(".making-", number));
  }

  private static String name(String prefix, int number) {
    return String.format(Locale.ROOT, "%s%03d", prefix, number);
  }

  private Path make(Path spare) throws IOException {
    String name = spare.getFileName().toString();
    Path file = folder.resolve(name.replace(".spare-", ".making-"));
    Files.deleteIfExists(file);
    try (FileChannel channel =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      write(channel, SIZE);
      channel.force(true);
    }
    return file;
  }

  /**
   * Overwrites the calls in these files, durably. Deletes a file that cannot be written.
   *
   * @return whether all files were written
   */
  private boolean clear(List<Path> files) throws IOException {
    List<Path> failed = new ArrayList<>();
    for (Path file : files) {
      try {
        clear(file);
      } catch (IOException e) {
        LOG.debug("{} cannot be used again: {}", file, e.toString());
        failed.add(file);
      }
    }
    files.removeAll(failed);
    for (Path file : failed) {
      release(file, null);
    }
    return failed.isEmpty();
  }

  /** Does nothing to a new file, which has only zeros. */
  private static void clear(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
      ByteBuffer content = ByteBuffer.allocate(SIZE);
      while (content.hasRemaining() && channel.read(content) >= 0) {}
      int length = MailFormat.used(content.array());
      if (length > 0) {
        write(channel.position(0), length);
        channel.force(false);
      }
    }
  }

  private static void write(FileChannel channel, int length) throws IOException {
    for (ByteBuffer zeros = ByteBuffer.allocate(length); zeros.hasRemaining(); ) {
      channel.write(zeros);
    }
  }
}
