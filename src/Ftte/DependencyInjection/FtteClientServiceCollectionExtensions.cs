using Ftte;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts a device's federated client into an app's services.</summary>
public static class FtteClientServiceCollectionExtensions
{
    /// <summary>Adds a <see cref="FederatedClient"/> as a singleton. Nothing runs until the app calls <see cref="FederatedClient.RunAsync"/>.</summary>
    /// <param name="services">The app's services.</param>
    /// <param name="options">The client's name, its memory and its waits.</param>
    /// <returns>A builder on which to say how to train and how to reach the server.</returns>
    public static FtteClientBuilder AddFtteClient(this IServiceCollection services, FederatedClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return services.AddFtteClient(_ => options);
    }

    /// <summary>Adds a <see cref="FederatedClient"/> as a singleton, with options that are known only when it is resolved.</summary>
    /// <param name="services">The app's services.</param>
    /// <param name="getOptions">Gives the client's name, its memory and its waits; called once. Of two clients added the later counts.</param>
    /// <returns>A builder on which to say how to train and how to reach the server.</returns>
    /// <remarks>
    /// Without <see cref="FtteClientBuilder.UseServer"/> the client works for the <see cref="IFederatedServer"/> in the same container. Taken from the
    /// container if there, otherwise added: <see cref="TimeProvider"/>. Events go to the container's logging, if it has any.
    /// </remarks>
    public static FtteClientBuilder AddFtteClient(this IServiceCollection services, Func<IServiceProvider, FederatedClientOptions> getOptions)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(getOptions);
        services.Replace(ServiceDescriptor.Singleton(getOptions));
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ILocalTrainer>(_ => throw Missing("trainer", nameof(FtteClientBuilder.UseTrainer)));
        services.TryAddSingleton(provider => new FederatedClient(
            GetServer(provider),
            provider.GetRequiredService<ILocalTrainer>(),
            provider.GetRequiredService<FederatedClientOptions>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<ILogger<FederatedClient>>()));
        return new FtteClientBuilder(services);
    }

    private static IFederatedServer GetServer(IServiceProvider provider) =>
        provider.GetKeyedService<IFederatedServer>(FtteClientBuilder.ServerKey)
        ?? provider.GetService<IFederatedServer>()
        ?? throw Missing("server", nameof(FtteClientBuilder.UseServer));

    private static InvalidOperationException Missing(string what, string call) =>
        new($"The federated client has no {what}. Add .{call}(...) after services.{nameof(AddFtteClient)}(...).");
}
