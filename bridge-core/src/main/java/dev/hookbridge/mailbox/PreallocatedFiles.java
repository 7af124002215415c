package dev.hookbridge.mailbox;

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
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates spare files: preallocated files of zeros for the shim. To make a new file durable costs
 * the shim twice as much as to overwrite a file whose inode and blocks are already durable. So the
 * agent creates spares while no hook waits. They are in {@code new} under hidden names. The shim
 * locks a spare, writes a call into it, syncs it, and renames it within the folder. Without a spare
 * the shim creates a file. The shim does not sync the rename. After a power cut, calls that were
 * promised to libvirt may be in spares again.
 *
 * <p>One thread runs it, named {@code spares}. Any thread may call {@link #used}.
 */
public final class PreallocatedFiles implements Runnable {
  /** The maximum number of spares. The shim is built for the same number. */
  static final int MOST = 128;

  static final int SIZE = 16 << 10;
  private static final Logger LOG = LoggerFactory.getLogger(PreallocatedFiles.class);
  private static final long LEAST_ROOM = 16L << 20;
  private static final Pattern NAME = Pattern.compile("\\.spare-\\d{3}");
  private static final Pattern BEGUN = Pattern.compile("\\.making-\\d{3}");

  private final Path folder;
  private final Semaphore used = new Semaphore(0);
  private volatile boolean stopping;

  PreallocatedFiles(Path mail) {
    this.folder = mail.resolve("new");
  }

  /**
   * Creates missing spares, at the start, whenever a quarter of them are used, and at least every
   * minute.
   */
  @Override
  public void run() {
    long seconds = 1; // other work first, when the agent starts
    while (await(seconds)) {
      try {
        fill();
      } catch (IOException e) {
        LOG.debug("no spares can be made in {}, hooks do without: {}", folder, e.toString());
      }
      seconds = 60;
    }
  }

  private boolean await(long seconds) {
    try {
      used.tryAcquire(MOST / 4, seconds, TimeUnit.SECONDS);
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

  /** Records that a call has come in a spare. */
  void used() {
    used.release();
  }

  /** Ends {@link #run}. */
  public void stop() {
    stopping = true;
    used.release(MOST);
  }

  void fill() throws IOException {
    FileStore store = Files.getFileStore(folder);
    List<String> made = new ArrayList<>();
    for (int i = 0; i < MOST && !stopping && store.getUsableSpace() > LEAST_ROOM; i++) {
      String number = String.format(Locale.ROOT, "%03d", i);
      if (!Files.exists(spare(number), LinkOption.NOFOLLOW_LINKS)) {
        make(beginning(number));
        made.add(number);
      }
    }
    if (made.isEmpty()) {
      return;
    }
    // The shim uses a spare only when it is durable under some name: recovery reads all names.
    Mailbox.sync(folder);
    for (String number : made) {
      Files.move(beginning(number), spare(number), StandardCopyOption.ATOMIC_MOVE);
    }
  }

  private Path spare(String number) {
    return folder.resolve(".spare-" + number);
  }

  private Path beginning(String number) {
    return folder.resolve(".making-" + number);
  }

  private static void make(Path file) throws IOException {
    Files.deleteIfExists(file);
    try (FileChannel channel =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      for (ByteBuffer zeros = ByteBuffer.allocate(SIZE); zeros.hasRemaining(); ) {
        channel.write(zeros);
      }
      channel.force(true);
    }
  }
}
