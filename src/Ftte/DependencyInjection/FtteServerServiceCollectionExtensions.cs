using Ftte;
using Ftte.Aggregation;
using Ftte.DependencyInjection;
using Ftte.Selection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds federated servers to an app's services.</summary>
public static class FtteServerServiceCollectionExtensions
{
    /// <summary>
    /// Adds a <see cref="FederatedServer"/>, which is also the <see cref="IFederatedServer"/>, as a singleton. It starts when it is first resolved and stops
    /// with the container, which must be disposed asynchronously, as hosts do.
    /// </summary>
    /// <param name="services">The app's services.</param>
    /// <param name="configure">
    /// Sets the options, such as <c>options =&gt; configuration.GetSection("Ftte").Bind(options)</c>; called and validated at once. Null for the defaults.
    /// </param>
    /// <param name="name">
    /// The name, if an app has several servers: the key of the server and of all its services, such as
    /// <c>provider.GetRequiredKeyedService&lt;FederatedServer&gt;(name)</c>. Null for services without a key.
    /// </param>
    /// <returns>A builder that sets the model and the selection, which are required, and optional services.</returns>
    /// <remarks>
    /// <see cref="DeviceRegistry"/> (with the same name and the limits of the options) and <see cref="TimeProvider"/> are added unless the container has them. The server uses the logging of the container, if any. If it has a store, the
    /// store keeps the registrations of the registry that this method adds, but not those of a registry that the app adds.
    /// To report missing services at startup, call <see cref="FtteServiceProviderExtensions.ValidateFtte"/>.
    /// </remarks>
    /// <exception cref="ArgumentException">An option is out of range, or the name is empty.</exception>
    /// <exception cref="InvalidOperationException">A server with the same name, or another one without a name, was already added.</exception>
    public static FtteServerBuilder AddFtteServer(this IServiceCollection services, Action<FederatedServerOptions>? configure = null, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        Federations.CheckName(name);
        Federations.CheckIsNew<FederatedServer>(services, name, nameof(AddFtteServer));
        var options = new FederatedServerOptions();
        configure?.Invoke(options);
        options.Validate();
        services.TryAddSingleton(TimeProvider.System);
        services.AddKeyedSingleton(name, options);
        services.TryAddKeyedSingleton<DeviceRegistry>(name, (provider, _) => CreateRegistry(provider, name));
        services.TryAddKeyedSingleton<ModelSnapshot>(name, (_, _) => throw Federations.Missing<FederatedServer>(name, "model", nameof(FtteServerBuilder.UseModel)));
        services.TryAddKeyedSingleton<SelectionHistory>(name, (_, _) => throw Federations.Missing<FederatedServer>(name, "selection", nameof(FtteServerBuilder.UseSelection)));
        services.TryAddKeyedSingleton<IAsyncAggregator>(name, (provider, _) => FtteServerBuilder.CreateAggregator(provider, name, options: null));
        services.AddKeyedSingleton(name, (provider, _) => Start(provider, name));
        services.AddKeyedSingleton<IFederatedServer>(name, (provider, _) => provider.GetRequiredKeyedService<FederatedServer>(name));
        services.AddKeyedSingleton<IServerStatusSource>(name, (provider, _) => provider.GetRequiredKeyedService<FederatedServer>(name));
        services.AddSingleton(new Federation(typeof(FederatedServer), name));
        return new FtteServerBuilder(services, name);
    }

    private static DeviceRegistry CreateRegistry(IServiceProvider provider, string? name)
    {
        FederatedServerOptions options = provider.GetRequiredKeyedService<FederatedServerOptions>(name);
        return new DeviceRegistry(options.MaxClients, options.ClientRetention, provider.GetRequiredService<TimeProvider>())
        {
            IsStored = provider.GetKeyedService<StoredRun>(name) is not null,
        };
    }

    private static FederatedServer Start(IServiceProvider provider, string? name)
    {
        IAsyncAggregator aggregator = provider.GetRequiredKeyedService<IAsyncAggregator>(name);
        SelectionHistory selections = provider.GetRequiredKeyedService<SelectionHistory>(name);
        FederatedServerOptions options = Federations.GetServerOptions(provider, name);
        DeviceRegistry registry = provider.GetRequiredKeyedService<DeviceRegistry>(name);
        TimeProvider time = provider.GetRequiredService<TimeProvider>();
        ILogger<FederatedServer>? logger = provider.GetService<ILogger<FederatedServer>>();
        ReselectionOptions? reselection = provider.GetKeyedService<ReselectionOptions>(name);
        EvaluationOptions? evaluation = provider.GetKeyedService<EvaluationOptions>(name);
        return provider.GetKeyedService<StoredRun>(name) is { } run
            ? FederatedServer.ResumeAsync(run, aggregator, selections, options, registry, time, logger, reselection, evaluation).AsTask().GetAwaiter().GetResult()
            : new FederatedServer(aggregator, selections, options, registry, time, logger, reselection, evaluation);
    }
}
