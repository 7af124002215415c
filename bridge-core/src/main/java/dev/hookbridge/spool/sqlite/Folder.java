package dev.hookbridge.spool.sqlite;

import dev.hookbridge.disk.Durable;
import dev.hookbridge.spool.sqlite.SpoolException.Kind;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The spool's folder and its files. Only one agent at a time can hold the folder. */
public final class Folder implements AutoCloseable {
  private static final FileAttribute<Set<PosixFilePermission>> OWNER_FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final FileAttribute<Set<PosixFilePermission>> OWNER_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final Set<StandardOpenOption> FOR_LOCK =
      Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE);

  private static final String LOCK = "spool.lock";

  private static final Logger LOG = LoggerFactory.getLogger(Folder.class);

  private final Path path;
  private final FileChannel lock;
  private volatile Consumer<SpoolException> damaged = failure -> {};

  private Folder(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /**
   * Locks the folder for this agent. Creates it when it is missing.
   *
   * @throws SpoolException of kind {@code IN_USE} when another agent holds the folder
   */
  public static Folder take(Path path) throws IOException, SpoolException {
    make(path);
    FileChannel channel = FileChannel.open(path.resolve(LOCK), FOR_LOCK, OWNER_FILE);
    if (!locked(channel)) {
      channel.close();
      throw new SpoolException(
          Kind.IN_USE, "Another agent uses the spool in " + path + "; stop it first.");
    }
    return new Folder(path, channel);
  }

  private static void make(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      Files.createDirectories(path, OWNER_FOLDER);
    }
  }

  /** Creates the folder when it is missing. */
  public void make() throws IOException {
    make(path);
  }

  private static boolean locked(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  /**
   * Returns the process that holds the lock of a folder. A line of the list is {@code 1: POSIX
   * ADVISORY WRITE <pid> <major>:<minor>:<inode> 0 EOF}. The comparison leaves out the device,
   * because btrfs shows a different one to {@code stat}.
   *
   * @param locks the kernel's list of locks, {@code /proc/locks}
   * @return the process id; empty when no process of the list holds the lock
   */
  public static OptionalLong holder(Path folder, Path locks) throws IOException {
    Path file = folder.resolve(LOCK);
    if (!Files.exists(file)) {
      return OptionalLong.empty();
    }
    String inode = ":" + Files.getAttribute(file, "unix:ino");
    for (String line : Files.readAllLines(locks)) {
      String[] words = line.strip().split("\\s+", -1);
      if (words.length >= 8 && words[3].equals("WRITE") && words[5].endsWith(inode)) {
        return OptionalLong.of(Long.parseLong(words[4]));
      }
    }
    return OptionalLong.empty();
  }

  public Path path() {
    return path;
  }

  /** Returns the database file of a folder. */
  public static Path file(Path folder) {
    return folder.resolve("spool.db");
  }

  public Path file() {
    return file(path);
  }

  /** Returns the write-ahead log of a database file. */
  public static Path wal(Path file) {
    return file.resolveSibling(file.getFileName() + "-wal");
  }

  /** Returns the file through which the connections of a database file share memory. */
  public static Path shm(Path file) {
    return file.resolveSibling(file.getFileName() + "-shm");
  }

  /** Returns the size of a file in bytes; 0 when the file is missing. */
  public static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      return 0;
    }
  }

  /**
   * Creates a file that only its owner can read. SQLite creates its companion files with the same
   * mode.
   */
  public static void create(Path file) throws IOException {
    Files.createFile(file, OWNER_FILE);
  }

  /** Makes created, renamed and removed file names durable. */
  public void sync() throws IOException {
    Durable.sync(path);
  }

  /**
   * Converts a failure to an exception for the caller. Reports damage to the listener. Also marks
   * the folder as damaged for the next start, unless the files were only moved.
   */
  public SpoolException failed(SQLException e) {
    SpoolException failure = Faults.of(path, e);
    if (failure.kind() == Kind.DAMAGED) {
      if (e.getErrorCode() != Faults.MOVED) {
        mark();
      }
      damaged.accept(failure);
    }
    return failure;
  }

  /** Sets the listener for damage that is found from now on. It is called on any thread. */
  public void onDamage(Consumer<SpoolException> listener) {
    damaged = listener;
  }

  private void mark() {
    try {
      Files.createFile(marker());
    } catch (IOException e) {
      LOG.debug("{} is there, or cannot be made", marker(), e);
    }
  }

  private Path marker() {
    return path.resolve("damaged");
  }

  /** Returns whether the folder was marked as damaged while its file was in use. */
  public boolean marked() {
    return Files.exists(marker()) && Files.exists(file());
  }

  /** Removes the mark of {@link #failed}. */
  public void unmark() throws IOException {
    Files.deleteIfExists(marker());
  }

  /**
   * Releases the folder for another agent. A lock that cannot be released ends with the process.
   */
  @Override
  public void close() {
    try {
      lock.close();
    } catch (IOException e) {
      LOG.warn("the lock of {} could not be closed: {}", path, e.toString());
    }
  }
}
