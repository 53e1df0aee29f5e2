using Ftte;
using Ftte.PostgreSql;
using Ftte.Samples.Shared;
using Ftte.Sqlite;
using Ftte.Storage;
using Ftte.TinyEngine;

namespace Coordinator;

/// <summary>Copies the state of a stopped coordinator from its SQLite file to a PostgreSQL database.</summary>
internal sealed class Migration(CoordinatorOptions options, TextWriter output)
{
    /// <exception cref="InputException">The coordinator runs, the file is not of this network, or the database cannot be used or has a run already.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        Network network = NetworkZoo.Create(options.Model);
        try
        {
            await using var source = new SqliteStore(options.File);
            ModelSnapshot[] versions = [.. source.GetVersions().Select(version => source.ReadVersion(version.Version, network.Layout))];
            MigrationReport report = await PostgreSqlMigration.CopyAsync(source, new PostgreSqlStoreOptions { ConnectionString = options.Database! }, versions, cancellationToken);
            output.WriteLine($"Copied {report.Versions} versions, a checkpoint of {ByteSize.ToText(report.CheckpointBytes)} and {report.Records} records, and compared them: SHA-256 {report.Sha256}.");
        }
        catch (Exception error) when (error is StoreException or ArgumentException)
        {
            throw new InputException($"--migrate: '{options.File}' was not copied. {error.Message}", error);
        }

        output.WriteLine("Continue with the same command without --migrate. Do not start a coordinator with the file again.");
        return ExitCode.Done;
    }
}
