using Ftte;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts a federated server into an app's services.</summary>
public static class FtteServerServiceCollectionExtensions
{
    /// <summary>
    /// Adds a <see cref="FederatedServer"/>, which is also the <see cref="IFederatedServer"/>, as a singleton. It starts when it is first resolved and stops
    /// with the container, which must be disposed asynchronously, as hosts do.
    /// </summary>
    /// <param name="services">The app's services.</param>
    /// <param name="configure">Sets the server's options; called at once. Calls of several <c>AddFtteServer</c> apply to the same options.</param>
    /// <returns>A builder on which to say what is trained: a model and a selection are needed, everything else has a default.</returns>
    /// <remarks>
    /// Taken from the container if there, otherwise added: <see cref="DeviceRegistry"/>, <see cref="TimeProvider"/>. Events go to the container's
    /// logging, if it has any.
    /// </remarks>
    public static FtteServerBuilder AddFtteServer(this IServiceCollection services, Action<FederatedServerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        FederatedServerOptions options = GetOptions(services);
        configure?.Invoke(options);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<DeviceRegistry>();
        services.TryAddSingleton<ModelSnapshot>(_ => throw Missing("model", nameof(FtteServerBuilder.UseModel)));
        services.TryAddSingleton<SelectionHistory>(_ => throw Missing("selection", nameof(FtteServerBuilder.UseSelection)));
        services.TryAddSingleton<IAsyncAggregator>(provider => new BufferedAggregator(
            provider.GetRequiredService<ModelSnapshot>(),
            provider.GetRequiredService<SelectionHistory>()));
        services.TryAddSingleton(provider => new FederatedServer(
            provider.GetRequiredService<IAsyncAggregator>(),
            provider.GetRequiredService<SelectionHistory>(),
            provider.GetRequiredService<FederatedServerOptions>(),
            provider.GetRequiredService<DeviceRegistry>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<ILogger<FederatedServer>>(),
            provider.GetService<ReselectionOptions>()));
        services.TryAddSingleton<IFederatedServer>(provider => provider.GetRequiredService<FederatedServer>());
        return new FtteServerBuilder(services);
    }

    private static FederatedServerOptions GetOptions(IServiceCollection services)
    {
        foreach (ServiceDescriptor service in services)
        {
            if (service is { IsKeyedService: false, ImplementationInstance: FederatedServerOptions known })
            {
                return known;
            }
        }

        var options = new FederatedServerOptions();
        services.AddSingleton(options);
        return options;
    }

    private static InvalidOperationException Missing(string what, string call) =>
        new($"The federated server has no {what}. Add .{call}(...) after services.{nameof(AddFtteServer)}(...).");
}
