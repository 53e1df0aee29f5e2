namespace Ftte.LoadTest;

/// <summary>Defines one server process.</summary>
/// <param name="Folder">The folder of the certificate authority and of an SQLite store.</param>
/// <param name="Database">The connection string of a PostgreSQL store; null for SQLite.</param>
/// <param name="SiloPort">The port of the link to other silos; null for a single coordinator.</param>
/// <param name="Shards">The number of shards of a cluster.</param>
internal sealed record ServerOptions(string Folder, string? Database, int? SiloPort, int Shards);
