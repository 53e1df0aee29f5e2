namespace Ftte.Aggregation;

/// <summary>An aggregator whose whole state can be saved, so that training goes on after a restart as if there had been none.</summary>
/// <remarks>How the state is restored is up to each aggregator, which then needs its options again: they are not part of the state.</remarks>
public interface IStatefulAggregator : IAsyncAggregator
{
    /// <summary>Copies everything that later results depend on.</summary>
    /// <returns>The state, immutable. The aggregator goes on as before.</returns>
    /// <remarks>Called one at a time with <see cref="IAsyncAggregator.AggregateAsync"/> and <see cref="IAsyncAggregator.FlushAsync"/>.</remarks>
    AggregatorState CaptureState();
}
