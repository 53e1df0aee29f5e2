using Ftte;
using Ftte.Aggregation;
using Ftte.DependencyInjection;
using Ftte.Orleans;
using Ftte.Selection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Serialization;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds federated servers to the silos of an Orleans cluster.</summary>
public static class FtteSiloBuilderExtensions
{
    private const string DefaultFederation = "default";

    /// <summary>
    /// Adds a federation that all silos of the cluster serve together. Its <see cref="FtteClusterServer"/> is also the <see cref="IFederatedServer"/> of the silo, so that <c>MapFtte()</c> maps
    /// it as it maps a single server.
    /// </summary>
    /// <param name="silo">The silo.</param>
    /// <param name="cluster">Sets the options of the cluster; called and validated at once.</param>
    /// <param name="configure">Sets the options of the server, as for a single server; called and validated at once. Null for the defaults. Limits apply to the whole cluster.</param>
    /// <param name="name">
    /// The name, if the cluster has several federations: the key of the services, and the name of the federation in the database. Null for services without a key, and the federation <c>default</c>.
    /// </param>
    /// <returns>A builder that sets the model and the selection, which are required, and the options of the aggregator. All silos must use the same.</returns>
    /// <remarks>
    /// A cluster does not support evaluation, custom aggregators and <see cref="FtteServerBuilder.UseStore"/>; its store is PostgreSQL.
    /// <see cref="FederatedServerOptions.PublishTimeout"/> is checked once per <see cref="FtteClusterOptions.RefreshInterval"/>, and begins again if the publisher moves to another silo.
    /// With <see cref="FtteServerBuilder.UseReselection(ReselectionOptions)"/>, a survey is closed and a selection is changed together with a publication, and all silos must use the same options. If <see cref="FederatedServerOptions.RequireRegistration"/> is set, each silo must register all devices in its <see cref="DeviceRegistry"/>.
    /// </remarks>
    /// <exception cref="ArgumentException">An option is out of range, the name is empty, or a limit is smaller than the number of shards.</exception>
    /// <exception cref="InvalidOperationException">A federation with the same name, or another one without a name, was already added.</exception>
    public static FtteServerBuilder AddFtteServer(this ISiloBuilder silo, Action<FtteClusterOptions> cluster, Action<FederatedServerOptions>? configure = null, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(silo);
        ArgumentNullException.ThrowIfNull(cluster);
        Federations.CheckName(name);
        IServiceCollection services = silo.Services;
        Federations.CheckIsNew<FtteClusterServer>(services, name, nameof(AddFtteServer));
        var clusterOptions = new FtteClusterOptions();
        cluster(clusterOptions);
        clusterOptions.Validate();
        var options = new FederatedServerOptions();
        configure?.Invoke(options);
        options.Validate();
        ClusterOptionsGuard.Check(options, clusterOptions);
        string federation = name ?? DefaultFederation;

        // Orleans finds grains in assemblies that are loaded, which this one may not be yet when it looks.
        services.AddSerializer(serializer => serializer.AddAssembly(typeof(ShardGrain).Assembly));
        services.TryAddSingleton(TimeProvider.System);
        services.AddKeyedSingleton(name, options);
        services.TryAddKeyedSingleton<DeviceRegistry>(name, (provider, _) => new DeviceRegistry(options.MaxClients, options.ClientRetention, provider.GetRequiredService<TimeProvider>()));
        services.TryAddKeyedSingleton<ModelSnapshot>(name, (_, _) => throw Federations.Missing<FederatedServer>(name, "model", nameof(FtteServerBuilder.UseModel)));
        services.TryAddKeyedSingleton<SelectionHistory>(name, (_, _) => throw Federations.Missing<FederatedServer>(name, "selection", nameof(FtteServerBuilder.UseSelection)));
        services.TryAddKeyedSingleton<IAsyncAggregator>(name, (provider, _) => FtteServerBuilder.CreateAggregator(provider, name, options: null));
        services.AddKeyedSingleton(federation, (provider, _) => CreateFederation(provider, name, federation, clusterOptions.Copy()));
        services.AddKeyedSingleton(name, (provider, _) => new FtteClusterServer(provider.GetRequiredKeyedService<LocalFederation>(federation), provider.GetRequiredService<IGrainFactory>()));
        services.AddKeyedSingleton<IFederatedServer>(name, (provider, _) => provider.GetRequiredKeyedService<FtteClusterServer>(name));
        services.AddKeyedSingleton<IServerStatusSource>(name, (provider, _) => provider.GetRequiredKeyedService<FtteClusterServer>(name));
        services.AddSingleton<IHostedService>(provider => new FederationListener(provider.GetRequiredKeyedService<LocalFederation>(federation), provider.GetRequiredService<IGrainFactory>()));
        services.AddSingleton(new Federation(typeof(FtteClusterServer), name));
        return new FtteServerBuilder(services, name);
    }

    /// <summary>Keeps the members of the cluster in the PostgreSQL database, in the schema <c>ftte</c>, so that silos find each other and agree on which of them have failed.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="connectionString">The connection string. The database must exist; it can be the same as that of the federations.</param>
    /// <returns>The silo.</returns>
    /// <exception cref="ArgumentException">The connection string is empty or not valid.</exception>
    public static ISiloBuilder UsePostgreSqlClustering(this ISiloBuilder silo, string connectionString)
    {
        ArgumentNullException.ThrowIfNull(silo);
        var options = new FtteClusterOptions { ConnectionString = connectionString };
        options.Validate();
        silo.Services.AddSingleton<IMembershipTable>(provider => new PostgreSqlMembershipTable(
            options.GetStoreOptions(DefaultFederation), provider.GetRequiredService<Options.IOptions<Orleans.Configuration.ClusterOptions>>().Value.ClusterId));
        return silo;
    }

    private static LocalFederation CreateFederation(IServiceProvider provider, string? name, string federation, FtteClusterOptions cluster)
    {
        if (provider.GetKeyedService<EvaluationOptions>(name) is not null || provider.GetKeyedService<Ftte.Storage.IServerStore>(name) is not null)
        {
            throw new InvalidOperationException("A cluster does not support evaluation and UseStore. Remove the calls of UseEvaluation, UseSqlite and UsePostgreSql, or use services.AddFtteServer(...) in a single process.");
        }

        IAsyncAggregator aggregator = provider.GetRequiredKeyedService<IAsyncAggregator>(name);
        return new LocalFederation(
            federation,
            aggregator as BufferedAggregator ?? throw new InvalidOperationException($"A cluster cannot divide a {aggregator.GetType().Name} into parts. Use the {nameof(BufferedAggregator)} with UseAggregator(options)."),
            provider.GetRequiredKeyedService<SelectionHistory>(name),
            Federations.GetServerOptions(provider, name),
            cluster,
            provider.GetKeyedService<ReselectionOptions>(name),
            provider.GetRequiredKeyedService<DeviceRegistry>(name),
            provider.GetRequiredService<TimeProvider>(),
            (ILogger?)provider.GetService<ILogger<FtteClusterServer>>() ?? NullLogger.Instance);
    }
}
