package dev.hookbridge.envelope.xml;

import dev.hookbridge.record.Stdin;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Decodes the characters of a document piece by piece, as libxml2 does for libvirt. The encoding
 * comes from a byte order mark, else from the first bytes, else from the declaration, else it is
 * UTF-8. The declaration itself is read as spaces, so the parser ignores it. Any version 1.x is
 * treated as 1.0.
 */
final class XmlText extends Reader {
  private static final int HEAD = 1024;
  private static final int PIECE = 16 << 10;
  private static final Pattern BEGUN = Pattern.compile("<\\?xml\\s");
  private static final Pattern DECLARED =
      Pattern.compile(
          "<\\?xml\\s+version\\s*=\\s*([\"'])(?<version>[\\w.:-]+)\\1"
              + "(\\s+encoding\\s*=\\s*([\"'])(?<encoding>[A-Za-z][\\w.-]*)\\4)?"
              + "(\\s+standalone\\s*=\\s*([\"'])(yes|no)\\7)?\\s*\\?>");

  /**
   * The first bytes of a document and the encoding that they show. A byte order mark is not part of
   * the document.
   */
  private record Beginning(Charset charset, int mark, int... bytes) {
    boolean is(byte[] document) {
      boolean same = document.length >= bytes.length;
      for (int i = 0; same && i < bytes.length; i++) {
        same = (document[i] & 0xFF) == bytes[i];
      }
      return same;
    }
  }

  private static final Beginning[] BEGINNINGS = {
    new Beginning(Charset.forName("UTF-32BE"), 0, 0, 0, 0, '<'),
    new Beginning(Charset.forName("UTF-32LE"), 0, '<', 0, 0, 0),
    new Beginning(StandardCharsets.UTF_16BE, 0, 0, '<', 0, '?'),
    new Beginning(StandardCharsets.UTF_16LE, 0, '<', 0, '?', 0),
    new Beginning(StandardCharsets.UTF_16BE, 2, 0xFE, 0xFF),
    new Beginning(StandardCharsets.UTF_16LE, 2, 0xFF, 0xFE),
    new Beginning(StandardCharsets.UTF_8, 3, 0xEF, 0xBB, 0xBF),
  };

  private final Stdin document;
  private final Charset charset;
  private final int begin;
  private final InputStream in;
  private final ByteBuffer bytes = ByteBuffer.allocate(PIECE).limit(0);
  private final CharsetDecoder decoder;
  private boolean ended;

  /** A character that was decoded too early, or −1. */
  private int next = -1;

  private final int declaration;

  /** The number of characters of the declaration that are still to be read. */
  private int blank;

  private boolean invalid;
  private @Nullable IOException failure;

  private XmlText(Stdin document, Charset charset, int begin, int declaration) throws IOException {
    this.document = document;
    this.charset = charset;
    this.begin = begin;
    this.declaration = declaration;
    this.blank = declaration;
    this.in = document.open();
    in.skipNBytes(begin);
    this.decoder =
        charset
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
  }

  /**
   * Opens a document.
   *
   * @throws XmlPass.Refused if the document declares an unknown encoding, or one that it is not in
   */
  static XmlText of(Stdin document) throws XmlPass.Refused, IOException {
    byte[] first;
    try (InputStream in = document.open()) {
      first = in.readNBytes(HEAD);
    }
    for (Beginning known : BEGINNINGS) {
      if (known.is(first)) {
        String head = head(first, known.mark(), known.charset());
        Matcher declared = declared(head);
        int blank = declared == null ? 0 : declared.end();
        return new XmlText(document, known.charset(), known.mark(), blank);
      }
    }
    Matcher declared = declared(head(first, 0, StandardCharsets.ISO_8859_1));
    String encoding = declared == null ? null : declared.group("encoding");
    Charset charset = encoding == null ? StandardCharsets.UTF_8 : charset(encoding);
    if (declared != null && declared(head(first, 0, charset)) == null) {
      throw new XmlPass.Refused("declared to be in an encoding that it is not in");
    }
    return new XmlText(document, charset, 0, declared == null ? 0 : declared.end());
  }

  private static String head(byte[] first, int from, Charset charset) {
    return new String(first, from, first.length - from, charset);
  }

  private static @Nullable Matcher declared(String head) throws XmlPass.Refused {
    if (!BEGUN.matcher(head).lookingAt()) {
      return null;
    }
    Matcher declared = DECLARED.matcher(head);
    if (!declared.lookingAt()) {
      throw new XmlPass.Refused(XmlPass.MALFORMED);
    }
    if (!declared.group("version").startsWith("1.")) {
      throw new XmlPass.Refused("not XML 1");
    }
    return declared;
  }

  private static Charset charset(String encoding) throws XmlPass.Refused {
    try {
      return Charset.forName(encoding);
    } catch (IllegalArgumentException e) {
      throw new XmlPass.Refused("declared to be in an encoding that is not known");
    }
  }

  @Override
  public int read(char[] target, int from, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    int count = next >= 0 || length == 1 ? one(target, from) : decode(target, from, length);
    int blanks = Math.min(blank, Math.max(0, count));
    for (int i = from; i < from + blanks; i++) {
      target[i] = target[i] == '\n' ? '\n' : ' ';
    }
    blank -= blanks;
    return count;
  }

  /** Reads one character from a decoder that returns both halves of a surrogate pair or none. */
  private int one(char[] target, int at) throws IOException {
    if (next >= 0) {
      target[at] = (char) next;
      next = -1;
      return 1;
    }
    char[] two = new char[2];
    int count = decode(two, 0, 2);
    target[at] = two[0];
    next = count == 2 ? two[1] : -1;
    return Math.min(count, 1);
  }

  private int decode(char[] target, int from, int length) throws IOException {
    CharBuffer out = CharBuffer.wrap(target, from, length);
    while (true) {
      CoderResult result = decoder.decode(bytes, out, ended);
      if (out.position() > from) {
        return out.position() - from;
      }
      if (result.isError()) {
        invalid = true;
        throw new CharacterCodingException();
      }
      if (ended) {
        return -1;
      }
      refill();
    }
  }

  private void refill() throws IOException {
    bytes.compact();
    try {
      int more = in.read(bytes.array(), bytes.position(), bytes.remaining());
      ended = more < 0;
      bytes.position(bytes.position() + Math.max(0, more)).flip();
    } catch (IOException e) {
      failure = e;
      throw e;
    }
  }

  /** Returns the error that stopped the reading, or null. */
  @Nullable IOException failure() {
    return failure;
  }

  /** Returns the first characters of the document, as far as they can be decoded. */
  String beginning(int most) {
    char[] chars = new char[most];
    int count = 0;
    try (XmlText again = new XmlText(document, charset, begin, declaration)) {
      int more = again.read(chars, 0, most);
      while (more > 0) {
        count += more;
        more = again.read(chars, count, most - count);
      }
    } catch (IOException e) {
      return new String(chars, 0, count); // only the part before the error exists
    }
    return new String(chars, 0, count);
  }

  /**
   * Returns the position of the first bytes that are not valid in the encoding, or null if the
   * reader found none.
   */
  @Nullable ParseError invalid() {
    if (!invalid) {
      return null;
    }
    int line = 1;
    int column = 1;
    char[] some = new char[8192];
    try (XmlText again = new XmlText(document, charset, begin, 0)) {
      for (int count = again.read(some); count > 0; count = again.read(some)) {
        for (int i = 0; i < count; i++) {
          column = some[i] == '\n' ? 1 : column + 1;
          line += some[i] == '\n' ? 1 : 0;
        }
      }
    } catch (IOException e) {
      return new ParseError("not " + charset.name(), line, column);
    }
    throw new IllegalStateException("the same bytes were wrong before");
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
