using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Ftte;

/// <summary>Says what a federated server trains and how; made by <c>services.AddFtteServer(...)</c>.</summary>
/// <remarks>Add-ons extend it: whatever they add, they add to <see cref="Services"/>. Of two calls of one method the later counts.</remarks>
public sealed class FtteServerBuilder
{
    internal FtteServerBuilder(IServiceCollection services) => Services = services;

    /// <summary>Gets the app's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Sets the model that training starts from. Needed.</summary>
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

    /// <summary>Sets the parameters that are trained first. Needed.</summary>
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
    /// <param name="options">The rule. Without this call it is FTTE's, with its defaults.</param>
    /// <returns>This builder.</returns>
    public FtteServerBuilder UseAggregator(BufferedAggregatorOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return UseAggregator(provider => new BufferedAggregator(
            provider.GetRequiredService<ModelSnapshot>(),
            provider.GetRequiredService<SelectionHistory>(),
            options));
    }

    /// <summary>Sets an aggregator of one's own.</summary>
    /// <param name="create">
    /// Called once, when the server is first resolved; may resolve the <see cref="ModelSnapshot"/> to start from and the <see cref="SelectionHistory"/>.
    /// </param>
    /// <returns>This builder.</returns>
    public FtteServerBuilder UseAggregator(Func<IServiceProvider, IAsyncAggregator> create) => Use(create);

    /// <summary>Lets the server choose anew, while training goes on, what is trained. Without this call the first selection stays.</summary>
    /// <param name="options">How it chooses.</param>
    /// <returns>This builder.</returns>
    public FtteServerBuilder UseReselection(ReselectionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
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
        Services.Replace(ServiceDescriptor.Singleton(create));
        return this;
    }
}
