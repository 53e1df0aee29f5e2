using Ftte.Aggregation;
using Ftte.Selection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Ftte.DependencyInjection;

/// <summary>Configures what a federated server trains and how; created by <c>services.AddFtteServer(...)</c>.</summary>
/// <remarks>
/// Every part is a singleton: without a key for a server without a name, and with the name as its key otherwise, so a factory of the server "watch" gets
/// its model by <c>provider.GetRequiredKeyedService&lt;ModelSnapshot&gt;("watch")</c>. If a method is called more than once, the last call wins. Packages extend
/// this class with methods that add to <see cref="Services"/> under <see cref="Name"/>.
/// </remarks>
public sealed class FtteServerBuilder
{
    internal FtteServerBuilder(IServiceCollection services, string? name) => (Services, Name) = (services, name);

    /// <summary>Gets the app's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Gets the name of the server, which is the key of its services.</summary>
    /// <value>Null for the server without a name, whose services have no key.</value>
    public string? Name { get; }

    /// <summary>Sets how to get the options if they are known only when the server is created. Replaces those that were given to <c>AddFtteServer</c>.</summary>
    /// <param name="get">Called once, such as <c>provider =&gt; provider.GetRequiredService&lt;IOptions&lt;FederatedServerOptions&gt;&gt;().Value</c>.</param>
    /// <returns>This builder.</returns>
    public FtteServerBuilder UseOptions(Func<IServiceProvider, FederatedServerOptions> get) => Use(get);

    /// <summary>Sets the model that training starts from. Required.</summary>
    /// <param name="model">The model.</param>
    /// <returns>This builder.</returns>
    public FtteServerBuilder UseModel(ModelSnapshot model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return UseModel(_ => model);
    }

    /// <summary>Sets how to get the model that training starts from, such as by loading a file.</summary>
    /// <param name="load">Called once, when the server is first resolved.</param>
    /// <returns>This builder.</returns>
    public FtteServerBuilder UseModel(Func<IServiceProvider, ModelSnapshot> load) => Use(load);

    /// <summary>Sets the parameters that are trained first. Required.</summary>
    /// <param name="selection">The selection; not empty, of the same model.</param>
    /// <returns>This builder.</returns>
    public FtteServerBuilder UseSelection(ParameterSelection selection)
    {
        ArgumentNullException.ThrowIfNull(selection);
        return UseSelection(_ => selection);
    }

    /// <summary>Sets how to choose the parameters that are trained first, such as with an <see cref="IParameterSelector"/>.</summary>
    /// <param name="select">Called once, when the server is first resolved; may resolve the <see cref="ModelSnapshot"/> that training starts from.</param>
    /// <returns>This builder.</returns>
    public FtteServerBuilder UseSelection(Func<IServiceProvider, ParameterSelection> select)
    {
        ArgumentNullException.ThrowIfNull(select);
        return Use(provider => new SelectionHistory(select(provider)));
    }

    /// <summary>Sets the rule by which updates become versions: FTTE's with other numbers, FedBuff, FedAsync or FedAvg.</summary>
    /// <param name="options">The rule; validated and copied at once. Without this call it is FTTE's, with its defaults.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public FtteServerBuilder UseAggregator(BufferedAggregatorOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        options = options.Copy();
        return UseAggregator(provider => new BufferedAggregator(
            provider.GetRequiredKeyedService<ModelSnapshot>(Name),
            provider.GetRequiredKeyedService<SelectionHistory>(Name),
            options));
    }

    /// <summary>Sets an aggregator of one's own.</summary>
    /// <param name="create">
    /// Called once, when the server is first resolved; may resolve the <see cref="ModelSnapshot"/> to start from and the <see cref="SelectionHistory"/>.
    /// </param>
    /// <returns>This builder.</returns>
    public FtteServerBuilder UseAggregator(Func<IServiceProvider, IAsyncAggregator> create) => Use(create);

    /// <summary>Lets the server choose anew, while training goes on, what is trained. Without this call the first selection stays.</summary>
    /// <param name="options">How it chooses; validated and copied at once.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">An option is missing or out of range.</exception>
    public FtteServerBuilder UseReselection(ReselectionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        options = options.Copy();
        return UseReselection(_ => options);
    }

    /// <summary>Lets the server choose anew, while training goes on, what is trained.</summary>
    /// <param name="create">Called once, when the server is first resolved; may resolve the <see cref="ModelSnapshot"/> that training starts from.</param>
    /// <returns>This builder.</returns>
    public FtteServerBuilder UseReselection(Func<IServiceProvider, ReselectionOptions> create) => Use(create);

    private FtteServerBuilder Use<T>(Func<IServiceProvider, T> create)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(create);
        Services.Replace(ServiceDescriptor.KeyedSingleton(Name, (provider, _) => create(provider)));
        return this;
    }
}
