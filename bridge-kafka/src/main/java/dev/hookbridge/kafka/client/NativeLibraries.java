package dev.hookbridge.kafka.client;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Tells zstd and snappy where their native libraries are. By default both unpack them into {@code
 * java.io.tmpdir}, which often must not hold executables. A distribution has them in the folder
 * {@code native} beside the jars. System properties that are already set have priority. LZ4 works
 * without a native library when it cannot load one.
 */
public final class NativeLibraries {
  private static final String ZSTD = "ZstdNativePath";
  private static final String SNAPPY = "org.xerial.snappy.lib.path";

  private NativeLibraries() {}

  /** Sets the system properties. Call this before the first Kafka client of the process. */
  public static synchronized void find() {
    try {
      Path own =
          Path.of(
              NativeLibraries.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      Path folder = own.resolveSibling("native");
      if (Files.isDirectory(folder)) {
        set(ZSTD, folder, "libzstd-jni*.so", true);
        set(SNAPPY, folder, "libsnappyjava.so", false);
      }
    } catch (URISyntaxException | IOException e) {
      return; // the libraries use their default, and 'hookbridge check' tests it
    }
  }

  private static void set(String property, Path folder, String name, boolean file)
      throws IOException {
    if (System.getProperty(property) == null) {
      try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, name)) {
        for (Path library : found) {
          System.setProperty(property, (file ? library : folder).toString());
        }
      }
    }
  }
}
