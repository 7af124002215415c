package dev.hookbridge.kafka.check;

import dev.hookbridge.api.ErrorText;
import dev.hookbridge.api.Reason;
import dev.hookbridge.api.SinkException;
import dev.hookbridge.kafka.client.KafkaSettings;
import java.io.IOException;
import java.io.OutputStream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.utils.ByteBufferOutputStream;

/**
 * Tests the sink's {@code compression.type} by compressing a few bytes. Types zstd and snappy need
 * a native library. Without it every event fails.
 */
public final class CompressionTrial {
  private static final byte BATCH_VERSION = 2;
  private static final byte[] TEXT = new byte[1_000];

  private CompressionTrial() {}

  /**
   * Compresses some bytes as the producer would do it.
   *
   * @return the compression type, {@code none} when the sink does not compress
   * @throws SinkException when this machine cannot compress with that type
   */
  public static String of(KafkaSettings settings) throws SinkException {
    String type = settings.compression();
    try (OutputStream out =
        Compression.of(type)
            .build()
            .wrapForOutput(new ByteBufferOutputStream(512), BATCH_VERSION)) {
      out.write(TEXT);
      return type;
    } catch (IOException | RuntimeException | LinkageError e) {
      throw unusable(type, e);
    } catch (Error e) {
      if (e instanceof VirtualMachineError) {
        throw e;
      }
      throw unusable(type, e); // snappy has its own error class
    }
  }

  private static SinkException unusable(String type, Throwable e) {
    String said = ErrorText.of(e);
    return new SinkException(
        Reason.CONFIGURATION,
        "compression.type "
            + type
            + " cannot be used here ("
            + said
            + "): set 'HOOKBRIDGE_JAVA_OPTS=-Djava.io.tmpdir=…' to a folder from which programs may"
            + " run, or take gzip",
        e);
  }
}
