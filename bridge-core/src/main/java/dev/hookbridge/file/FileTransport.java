package dev.hookbridge.file;

import dev.hookbridge.api.Check;
import dev.hookbridge.api.ErrorText;
import dev.hookbridge.api.FeedReader;
import dev.hookbridge.api.Reason;
import dev.hookbridge.api.SettingKey;
import dev.hookbridge.api.Settings;
import dev.hookbridge.api.Sink;
import dev.hookbridge.api.SinkContext;
import dev.hookbridge.api.SinkException;
import dev.hookbridge.api.Transport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Writes CloudEvents in the JSON event format, one per line, to a file that is rotated by size. */
public final class FileTransport implements Transport {
  private static final SettingKey<Path> PATH = SettingKey.path("path", "The file.");
  private static final SettingKey<Long> ROTATE_BYTES =
      SettingKey.bytes(
          "rotate-bytes", "64MiB", 4096, 1L << 40, "Past this size the file is renamed to .1.");
  private static final SettingKey<Integer> KEEP =
      SettingKey.number("keep", 5, 1, 1000, "How many renamed files are kept.");

  private static final int MOST_LINKS = 40;

  @Override
  public String type() {
    return "file";
  }

  @Override
  public List<SettingKey<?>> keys() {
    return List.of(PATH, ROTATE_BYTES, KEEP);
  }

  @Override
  public void validate(Settings settings) {
    keys().forEach(settings::get);
  }

  @Override
  public Sink open(Settings settings, SinkContext context) throws SinkException {
    Path path = settings.get(PATH);
    try {
      return new FileSink(new RotatedFile(path, settings.get(ROTATE_BYTES), settings.get(KEEP)));
    } catch (IOException e) {
      throw new SinkException(
          Reason.UNREACHABLE,
          path
              + " cannot be written ("
              + ErrorText.of(e)
              + "): check the permissions of file and folder, and the disk",
          e);
    }
  }

  /** Returns the file under its real name and its file key, and the names that it is renamed to. */
  @Override
  public Set<String> exclusive(Settings settings) {
    Path real = real(settings.get(PATH));
    Set<String> files = new LinkedHashSet<>(Set.of(real.toString()));
    for (int i = 1; i <= settings.get(KEEP); i++) {
      files.add(RotatedFile.numbered(real, i).toString());
    }
    try {
      Object key = Files.readAttributes(real, BasicFileAttributes.class).fileKey();
      files.add("one file under two names " + key);
    } catch (IOException e) {
      return files; // the file does not exist yet, so it has no other name
    }
    return files;
  }

  /** Returns where a path leads, also when the file does not exist yet. */
  private static Path real(Path path) {
    try {
      Path link = path;
      for (int i = 0; i < MOST_LINKS && Files.isSymbolicLink(link); i++) {
        link = link.resolveSibling(Files.readSymbolicLink(link));
      }
      Path folder = link.getParent();
      Path name = link.getFileName();
      return folder == null || name == null ? link : folder.toRealPath().resolve(name);
    } catch (IOException e) {
      return path.normalize(); // its folder is missing; check() reports that
    }
  }

  @Override
  public Optional<FeedReader> feed(Settings settings, boolean fromBeginning) throws SinkException {
    return Optional.of(new FileFeed(settings.get(PATH), fromBeginning));
  }

  @Override
  public List<Check> check(Settings settings, boolean create) {
    Path path = settings.get(PATH);
    Path folder = path.getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      return List.of(Check.failure("file " + path, "its folder is missing: make it"));
    }
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      return List.of(Check.failure("file " + path, "is not a regular file: name another"));
    }
    boolean writable = Files.exists(path) ? Files.isWritable(path) : Files.isWritable(folder);
    if (!writable) {
      return List.of(Check.failure("file " + path, "cannot be written: check its permissions"));
    }
    return List.of(
        Files.isWritable(folder)
            ? Check.ok("file " + path, "can be written")
            : Check.warning(
                "file " + path,
                "can be written, but not renamed at rotate-bytes: check the permissions of its folder"));
  }
}
