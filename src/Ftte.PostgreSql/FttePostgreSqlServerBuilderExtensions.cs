using Ftte.DependencyInjection;
using Ftte.PostgreSql;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds a store in a PostgreSQL database to federated servers.</summary>
public static class FttePostgreSqlServerBuilderExtensions
{
    /// <summary>Keeps the state of the server in a PostgreSQL database, and continues the run in the database when the server starts.</summary>
    /// <param name="builder">The builder of the server. Its name is the name of the federation in the database; a server without a name uses <c>default</c>.</param>
    /// <param name="connectionString">The connection string, such as <c>Host=db.example.org;Database=ftte;Username=coordinator</c>. The database must exist.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">The connection string is empty or not valid.</exception>
    public static FtteServerBuilder UsePostgreSql(this FtteServerBuilder builder, string connectionString) =>
        builder.UsePostgreSql(options => options.ConnectionString = connectionString);

    /// <summary>Keeps the state of the server in a PostgreSQL database, and continues the run in the database when the server starts.</summary>
    /// <param name="builder">The builder of the server. Its name, if it has one, is the default of <see cref="PostgreSqlStoreOptions.Federation"/>.</param>
    /// <param name="configure">Sets the options, such as <c>options =&gt; configuration.GetSection("Ftte:Store").Bind(options)</c>; called and validated at once.</param>
    /// <returns>The builder.</returns>
    /// <remarks>The store is also the <see cref="PostgreSqlStore"/> of the container under the name of the server, to read versions.</remarks>
    /// <exception cref="ArgumentException">An option is missing or out of range.</exception>
    public static FtteServerBuilder UsePostgreSql(this FtteServerBuilder builder, Action<PostgreSqlStoreOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        var options = new PostgreSqlStoreOptions();
        options.Federation = builder.Name ?? options.Federation;
        configure(options);
        options.Validate();
        builder.Services.AddKeyedSingleton(builder.Name, (_, _) => new PostgreSqlStore(options));
        return builder.UseStore(provider => provider.GetRequiredKeyedService<PostgreSqlStore>(builder.Name));
    }
}
