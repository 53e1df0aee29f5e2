using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Ftte;

/// <summary>Says how a device trains and how it reaches the server; made by <c>services.AddFtteClient(...)</c>.</summary>
/// <remarks>Add-ons extend it: whatever they add, they add to <see cref="Services"/>. Of two calls of one method the later counts.</remarks>
public sealed class FtteClientBuilder
{
    // Kept apart from the server that the same container may hold, so that a proxy to it never takes its place.
    internal const string ServerKey = "Ftte.Client";

    internal FtteClientBuilder(IServiceCollection services) => Services = services;

    /// <summary>Gets the app's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Sets what trains on this device. Needed.</summary>
    /// <param name="create">Called once, when the client is first resolved.</param>
    /// <returns>This builder.</returns>
    public FtteClientBuilder UseTrainer(Func<IServiceProvider, ILocalTrainer> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        Services.Replace(ServiceDescriptor.Singleton(create));
        return this;
    }

    /// <summary>Sets how to reach the server. Needed unless the server is in the same container.</summary>
    /// <param name="connect">Makes the transport's proxy; called once, when the client is first resolved. The container disposes it.</param>
    /// <returns>This builder.</returns>
    public FtteClientBuilder UseServer(Func<IServiceProvider, IFederatedServer> connect)
    {
        ArgumentNullException.ThrowIfNull(connect);
        Services.AddKeyedSingleton(ServerKey, (provider, _) => connect(provider));
        return this;
    }
}
