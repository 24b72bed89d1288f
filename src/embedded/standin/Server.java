import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import java.util.List;

/**
 * A stand-in that speaks MongoDB's protocol, for development on machines that have no mongod. Run from
 * source: java -cp 'lib/*' Server.java FILE PORT
 */
class Server {
  /** Wire version 13 is MongoDB 5.0: the library reports an older one, which current drivers refuse. */
  private static final MongoVersion VERSION =
      new MongoVersion() {
        public List<Integer> getVersionArray() {
          return List.of(5, 0, 0);
        }

        public int getWireVersion() {
          return 13;
        }
      };

  public static void main(String[] args) {
    H2Backend backend = new H2Backend(args[0]);
    backend.version(VERSION);
    MongoServer server = new MongoServer(backend);
    server.bind("127.0.0.1", Integer.parseInt(args[1]));
    // Writes reach the file up to a second late: closing brings them all there.
    Runtime.getRuntime().addShutdownHook(new Thread(server::shutdownNow));
  }
}
