package dev.hookbridge.spool.sqlite;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Optional;

/**
 * Where SQLite's native library is found. The driver would unpack it into {@code java.io.tmpdir},
 * which often may not hold executables; a distribution has it in {@code native} beside the jar, and
 * without one it is unpacked into the spool's folder. {@code org.sqlite.lib.path} or {@code
 * org.sqlite.tmpdir}, when given, win.
 */
public final class NativeLibrary {
  private static final String PATH = "org.sqlite.lib.path";
  private static final String NAME = "org.sqlite.lib.name";
  private static final String UNPACKED = "org.sqlite.tmpdir";
  private static final String FILE = "libsqlitejdbc.so";

  private NativeLibrary() {}

  /** Before the first connection of the process. */
  public static synchronized void find(Path folder) {
    if (System.getProperty(PATH) != null || System.getProperty(UNPACKED) != null) {
      return;
    }
    Optional<Path> shipped = shipped();
    if (shipped.isPresent()) {
      System.setProperty(PATH, shipped.get().toString());
      System.setProperty(NAME, FILE);
    } else {
      System.setProperty(UNPACKED, folder.toString());
    }
  }

  private static Optional<Path> shipped() {
    CodeSource source = NativeLibrary.class.getProtectionDomain().getCodeSource();
    try {
      Path folder = Path.of(source.getLocation().toURI()).resolveSibling("native");
      return Files.isRegularFile(folder.resolve(FILE)) ? Optional.of(folder) : Optional.empty();
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }
}
