using Ftte;
using Ftte.DependencyInjection;
using Ftte.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds federated clients that run with the app.</summary>
public static class FtteHostingServiceCollectionExtensions
{
    /// <summary>Adds a <see cref="FederatedClient"/> that runs while the app runs, as a hosted service.</summary>
    /// <param name="services">The app's services.</param>
    /// <param name="configure">Sets the options; see <see cref="FtteClientServiceCollectionExtensions.AddFtteClient"/>.</param>
    /// <param name="name">The name, if an app has several clients; null for the one without a name.</param>
    /// <returns>A builder that sets the trainer and the connection to the server.</returns>
    /// <remarks>
    /// After the server has shut down, the client joins again every 30 seconds. If the server refuses the device, the loop ends with an error in the log and the app continues. To follow the
    /// client, read <see cref="FederatedClient.Status"/> or set <see cref="FederatedClientOptions.StatusChanged"/>.
    /// </remarks>
    /// <exception cref="ArgumentException">An option is missing or out of range, or the name is empty.</exception>
    /// <exception cref="InvalidOperationException">A client with the same name, or another one without a name, was already added.</exception>
    public static FtteClientBuilder AddHostedFtteClient(this IServiceCollection services, Action<FederatedClientOptions>? configure = null, string? name = null)
    {
        FtteClientBuilder builder = services.AddFtteClient(configure, name);

        // Not AddHostedService, which adds one service per type.
        services.AddSingleton<IHostedService>(provider => new HostedFtteClient(
            provider.GetRequiredKeyedService<FederatedClient>(name),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<ILoggerFactory>()?.CreateLogger("Ftte.Hosting") ?? NullLogger.Instance));
        return builder;
    }
}
