using Ftte.DependencyInjection;
using Ftte.Selection;

namespace Ftte.TinyEngine;

/// <summary>Provides a method that selects the parameters of a network for the memory of devices.</summary>
public static class FtteServerBuilderExtensions
{
    /// <summary>Trains the parameters of a network that fit the memory of the devices, and selects again by measured importance during training.</summary>
    /// <param name="builder">The builder of the server.</param>
    /// <param name="network">The network of the server's model.</param>
    /// <param name="memoryBudgetBytes">The memory that each device has for training, in bytes. A device with less gets no work until a later selection fits it; if all have less, there is no work.</param>
    /// <param name="options">
    /// The training options of the devices; null for the defaults. One example at a time is planned, which devices do if more do not fit; with <see cref="NormalizationMode.Batch"/>, whole batches.
    /// Personal parameters and kept features of devices are not part of the plan.
    /// </param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// <para>The first selection has as many parameters as fit. Devices then measure the importance of each block, and the selection changes as <see cref="ReselectionOptions"/>
    /// describes: within the memory that the devices report, and without the few devices with the least memory. To set other options of reselection, call
    /// <see cref="FtteServerBuilder.UseReselection(ReselectionOptions)"/> afterwards.</para>
    /// <para>The method plans the network at once, which takes seconds for networks with hundreds of layers.</para>
    /// </remarks>
    /// <exception cref="BudgetTooSmallException">No parameters can be trained within the budget; the exception states the minimum.</exception>
    public static FtteServerBuilder UseFittedSelection(this FtteServerBuilder builder, Network network, long memoryBudgetBytes, SgdOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(network);
        options ??= new SgdOptions();
        EngineOptions engine = new();
        if (options.Normalization != NormalizationMode.Batch)
        {
            // Also for devices with larger batches: summing the gradients of a batch takes memory, a batch of one needs no sums.
            (options, engine.MicroBatchSize) = (options.Copy(), 1);
            options.BatchSize = Math.Max(options.BatchSize, 2);
        }

        ParameterSelection selection = network.Fit(memoryBudgetBytes, options, engine).Plan.Selection;
        return builder
            .UseSelection(selection, network.Plan(selection, options, engine).PeakBytes)
            .UseReselection(new ReselectionOptions
            {
                Selector = new PlannedSelector(network, options, engine),
                Profile = network.Profile(options, engine, NetworkFitting.DefaultInputShares),
                Importance = network.CountTrainable(),
            });
    }
}
