using Ftte;
using Ftte.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds federated clients to an app's services.</summary>
public static class FtteClientServiceCollectionExtensions
{
    /// <summary>Adds a <see cref="FederatedClient"/> as a singleton. Nothing runs until the app calls <see cref="FederatedClient.RunAsync"/>.</summary>
    /// <param name="services">The app's services.</param>
    /// <param name="configure">
    /// Sets the options, such as <c>options =&gt; configuration.GetSection("Ftte").Bind(options)</c>; called and validated at once.
    /// Null if <see cref="FtteClientBuilder.UseOptions"/> sets them.
    /// </param>
    /// <param name="name">
    /// The name, if an app has several clients: the key of the client and of all its services, such as
    /// <c>provider.GetRequiredKeyedService&lt;FederatedClient&gt;(name)</c>. Null for services without a key.
    /// </param>
    /// <returns>A builder that sets the trainer and the connection to the server.</returns>
    /// <remarks>
    /// Without <see cref="FtteClientBuilder.UseServer"/>, the client uses the <see cref="IFederatedServer"/> in the same container.
    /// <see cref="TimeProvider"/> is added unless the container has one. The client uses the logging of the container, if any. To report missing services at
    /// startup, call <see cref="FtteServiceProviderExtensions.ValidateFtte"/>.
    /// </remarks>
    /// <exception cref="ArgumentException">An option is missing or out of range, or the name is empty.</exception>
    /// <exception cref="InvalidOperationException">A client with the same name, or another one without a name, was already added.</exception>
    public static FtteClientBuilder AddFtteClient(this IServiceCollection services, Action<FederatedClientOptions>? configure = null, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        Federations.CheckName(name);
        Federations.CheckIsNew<FederatedClient>(services, name, nameof(AddFtteClient));
        var options = new FederatedClientOptions();
        if (configure is not null)
        {
            configure(options);
            options.Validate();
        }

        services.TryAddSingleton(TimeProvider.System);
        services.AddKeyedSingleton(name, options);
        services.TryAddKeyedSingleton<ILocalTrainer>(name, (_, _) => throw Federations.Missing<FederatedClient>(name, "trainer", nameof(FtteClientBuilder.UseTrainer)));
        services.AddKeyedSingleton(name, (provider, _) => new FederatedClient(
            GetServer(provider, name),
            provider.GetRequiredKeyedService<ILocalTrainer>(name),
            provider.GetRequiredKeyedService<FederatedClientOptions>(name),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<ILogger<FederatedClient>>(),
            provider.GetKeyedService<ModelSnapshot>(new FtteClientBuilder.PartKey(name))));
        services.AddSingleton(new Federation(typeof(FederatedClient), name));
        return new FtteClientBuilder(services, name);
    }

    private static IFederatedServer GetServer(IServiceProvider provider, string? name) =>
        provider.GetKeyedService<IFederatedServer>(new FtteClientBuilder.PartKey(name))
        ?? provider.GetKeyedService<IFederatedServer>(name)
        ?? throw Federations.Missing<FederatedClient>(name, "server", nameof(FtteClientBuilder.UseServer));
}
