using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Ftte.DependencyInjection;

/// <summary>Configures a federated client; created by <c>services.AddFtteClient(...)</c>.</summary>
/// <remarks>
/// Every service is a singleton: without a key for a client without a name, and with the name as its key otherwise. If a method is called more than once,
/// the last call wins. Packages extend this class with methods that add to <see cref="Services"/> under <see cref="Name"/>.
/// </remarks>
public sealed class FtteClientBuilder
{
    internal FtteClientBuilder(IServiceCollection services, string? name) => (Services, Name) = (services, name);

    /// <summary>Gets the app's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Gets the name of the client, which is the key of its services.</summary>
    /// <value>Null for the client without a name; its services have no key.</value>
    public string? Name { get; }

    /// <summary>Sets a factory of the options, for options that are known only when the client is created. Replaces those that were passed to <c>AddFtteClient</c>.</summary>
    /// <param name="get">The factory, called once, such as <c>provider =&gt; provider.GetRequiredService&lt;IOptions&lt;FederatedClientOptions&gt;&gt;().Value</c>.</param>
    /// <returns>This builder.</returns>
    public FtteClientBuilder UseOptions(Func<IServiceProvider, FederatedClientOptions> get) => Use(Name, get);

    /// <summary>Sets the trainer of this device. Required.</summary>
    /// <param name="create">The factory, called once, when the client is first resolved.</param>
    /// <returns>This builder.</returns>
    public FtteClientBuilder UseTrainer(Func<IServiceProvider, ILocalTrainer> create) => Use(Name, create);

    /// <summary>Sets a factory of the model that the device already has, such as from a file that the app was shipped with.</summary>
    /// <param name="load">The factory, called once, when the client is first resolved. Without this call, the first check-out downloads all parameters.</param>
    /// <returns>This builder.</returns>
    public FtteClientBuilder UseHeldModel(Func<IServiceProvider, ModelSnapshot> load) => Use(new PartKey(Name), load);

    /// <summary>Sets a factory of the proxy that connects to the server. Required unless the server with the same name is in the same container.</summary>
    /// <param name="connect">The factory, called once, when the client is first resolved. The container disposes the proxy.</param>
    /// <returns>This builder.</returns>
    public FtteClientBuilder UseServer(Func<IServiceProvider, IFederatedServer> connect) => Use(new PartKey(Name), connect);

    private FtteClientBuilder Use<T>(object? key, Func<IServiceProvider, T> create)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(create);
        Services.Replace(ServiceDescriptor.KeyedSingleton(key, (provider, _) => create(provider)));
        return this;
    }

    /// <summary>Represents the key of a client's proxy and model. It differs from the key of the server's services, so they do not replace these in the same container.</summary>
    internal sealed record PartKey(string? Name);
}
