package dev.hookbridge.file;

import dev.hookbridge.Check;
import dev.hookbridge.FeedReader;
import dev.hookbridge.Reason;
import dev.hookbridge.SettingKey;
import dev.hookbridge.Settings;
import dev.hookbridge.Sink;
import dev.hookbridge.SinkContext;
import dev.hookbridge.SinkException;
import dev.hookbridge.Transport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Writes CloudEvents in the JSON event format, one a line, into a file that is rotated by size. */
public final class FileTransport implements Transport {
  static final SettingKey PATH = SettingKey.required("path", "The file, absolute.");
  static final SettingKey ROTATE =
      SettingKey.optional("rotate-bytes", "64MiB", "Past this size the file is renamed to .1.");
  static final SettingKey KEEP =
      SettingKey.optional("keep", "5", "How many renamed files are kept.");

  @Override
  public String type() {
    return "file";
  }

  @Override
  public List<SettingKey> keys() {
    return List.of(PATH, ROTATE, KEEP);
  }

  @Override
  public void validate(Settings settings) {
    if (!path(settings).isAbsolute()) {
      throw settings.wrong("path", "is not absolute", "begin it with /");
    }
    rotateBytes(settings);
    keep(settings);
  }

  static Path path(Settings settings) {
    return Path.of(settings.text("path"));
  }

  static long rotateBytes(Settings settings) {
    return settings.bytes("rotate-bytes", "64MiB", 4096, 1L << 40);
  }

  static int keep(Settings settings) {
    return (int) settings.number("keep", 5, 1, 1000);
  }

  @Override
  public Sink open(Settings settings, SinkContext context) throws SinkException {
    Path path = path(settings);
    try {
      return new FileSink(new RotatedFile(path, rotateBytes(settings), keep(settings)));
    } catch (IOException e) {
      throw new SinkException(
          Reason.UNREACHABLE, path + " cannot be written (" + e + "): mend its folder's rights", e);
    }
  }

  @Override
  public Optional<FeedReader> feed(Settings settings, boolean fromBeginning) throws SinkException {
    return Optional.of(new FileFeed(path(settings), fromBeginning));
  }

  @Override
  public List<Check> check(Settings settings, boolean create) {
    Path path = path(settings);
    Path folder = path.getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      return List.of(Check.failure("file " + path, "its folder is missing: make it"));
    }
    boolean writable = Files.exists(path) ? Files.isWritable(path) : Files.isWritable(folder);
    return List.of(
        writable
            ? Check.ok("file " + path, "can be written")
            : Check.failure("file " + path, "cannot be written: mend its rights"));
  }
}
