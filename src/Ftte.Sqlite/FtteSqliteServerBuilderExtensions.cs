using Ftte.DependencyInjection;
using Ftte.Sqlite;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds a store in an SQLite file to federated servers.</summary>
public static class FtteSqliteServerBuilderExtensions
{
    /// <summary>Keeps the state of the server in an SQLite file, and continues the run in the file when the server starts.</summary>
    /// <param name="builder">The builder of the server.</param>
    /// <param name="path">The path of the file; created if it does not exist. Its folder must exist.</param>
    /// <returns>The builder.</returns>
    public static FtteServerBuilder UseSqlite(this FtteServerBuilder builder, string path) => builder.UseSqlite(options => options.Path = path);

    /// <summary>Keeps the state of the server in an SQLite file, and continues the run in the file when the server starts.</summary>
    /// <param name="builder">The builder of the server.</param>
    /// <param name="configure">Sets the options, such as <c>options =&gt; configuration.GetSection("Ftte:Store").Bind(options)</c>; called and validated at once.</param>
    /// <returns>The builder.</returns>
    /// <remarks>The store is also the <see cref="SqliteStore"/> of the container under the name of the server, for backups and to read versions.</remarks>
    /// <exception cref="ArgumentException">An option is missing or out of range.</exception>
    public static FtteServerBuilder UseSqlite(this FtteServerBuilder builder, Action<SqliteStoreOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        var options = new SqliteStoreOptions();
        configure(options);
        options.Validate();
        builder.Services.AddKeyedSingleton(builder.Name, (_, _) => new SqliteStore(options));
        return builder.UseStore(provider => provider.GetRequiredKeyedService<SqliteStore>(builder.Name));
    }
}
