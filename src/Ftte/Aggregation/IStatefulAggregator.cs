namespace Ftte.Aggregation;

/// <summary>Represents an aggregator with a state that can be saved, so that training continues after a restart with the same results.</summary>
/// <remarks>Each aggregator defines how its state is restored. Options are not part of the state and must be specified again.</remarks>
public interface IStatefulAggregator : IAsyncAggregator
{
    /// <summary>Copies the state on which later results depend.</summary>
    /// <returns>The state, immutable. The aggregator is not changed.</returns>
    /// <remarks>Never called concurrently with <see cref="IAsyncAggregator.AggregateAsync"/> or <see cref="IAsyncAggregator.FlushAsync"/>.</remarks>
    AggregatorState CaptureState();
}
