using System.Globalization;
using System.Numerics.Tensors;
using Ftte.Numerics;

namespace Ftte.Aggregation;

/// <summary>Publishes buffers as versions, and refuses or rolls back versions.</summary>
public sealed partial class BufferedAggregator
{
    /// <inheritdoc />
    /// <remarks>
    /// Training continues from that model as from an initial one: the buffer is discarded, its updates may be sent again, and the optimizer and the
    /// reference values are reset. Updates that were trained on the reverted versions are too stale. While a server uses the aggregator, call
    /// <see cref="FederatedServer.RollBackAsync"/> instead.
    /// </remarks>
    public ModelSnapshot RollBack(ModelSnapshot earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        if (earlier.Layout.Fingerprint != Layout.Fingerprint)
        {
            throw new ArgumentException($"The snapshot has {earlier.Layout}, but the model has {Layout}. Specify a version of this model.", nameof(earlier));
        }

        if (earlier.Version >= _current.Version)
        {
            throw new ArgumentException($"The snapshot has version {earlier.Version}, which is not earlier than the current version {_current.Version}. Specify an earlier version.", nameof(earlier));
        }

        // The constructor copies the parameters and throws if one is not finite.
        var copy = new ModelSnapshot(Layout, _current.Version.Next, earlier.Parameters.Span);
        Discard();
        ResetOptimizer();
        _steps.Clear();
        _references.Reset();
        _validator.RollBack(earlier.Version, _current.Version);
        Publish(copy);
        return copy;
    }

    private string? FindObstacle() => _buffer.FindObstacle(_held.Select(h => h.Update.Selection));

    /// <summary>Publishes the buffer as a version, or discards it.</summary>
    /// <returns>True if a version was published; otherwise false.</returns>
    private bool TryPublish()
    {
        int count = Count;
        var meter = new StepMeasure();
        if (ComputeVersion(count, meter, out ModelSnapshot? version) is { } reason)
        {
            Refuse(count, reason);
            return false;
        }

        _buffer.Clear();
        _bufferAge = 0;
        _references.Publish();
        _validator.Publish(_current.Version);
        _steps.Add(meter.RootMeanSquare);
        Publish(version!);
        return true;
    }

    /// <summary>Computes the next version from the buffer, and records its step if it is valid.</summary>
    /// <returns>The reason to refuse the version; null if it is valid.</returns>
    private string? ComputeVersion(int count, StepMeasure meter, out ModelSnapshot? version)
    {
        version = null;
        try
        {
            if (FindObstacle() is { } obstacle)
            {
                return obstacle;
            }

            _references.Release(_held, _current.Parameters, (update, copy) => _buffer.Add(update, copy.Values.Span));
            ClearHeld();
            var parameters = GC.AllocateUninitializedArray<float>(Layout.ParameterCount);
            _current.Parameters.Span.CopyTo(parameters);
            var step = new OptimizerStep(_recordedSteps, count, _buffer.MeanWeight, _bufferAge);
            _buffer.Reduce((start, change, role) => Move(step, parameters.AsSpan(start, change.Length), change, start, role, meter));
            version = ModelSnapshot.TakeOver(Layout, _current.Version.Next, parameters, _buffer.Touched);
            if (Check(version, count, meter) is { } reason)
            {
                return reason;
            }

            Record(step);
            return null;
        }
#pragma warning disable CA1031 // An exception of a custom optimizer or reduction must not fail the call of the device that completed the buffer.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return $"The step of {count} updates could not be computed: {_options.Optimizer.GetType().Name} or {_options.Reduction.GetType().Name} threw {error.GetType().Name}: {error.Message}";
        }
    }

    private void Move(in OptimizerStep step, Span<float> parameters, ReadOnlySpan<double> change, int start, ParameterRole role, StepMeasure meter)
    {
        if (role == ParameterRole.Trainable)
        {
            _optimizer.Apply(step, parameters, change, start);
            meter.Add(_current.Parameters.Span.Slice(start, change.Length), parameters);
            return;
        }

        StepKernel.Add(change, _optimizer.StatisticRate, parameters);
        if (role == ParameterRole.Variance)
        {
            // The resolution of the sums can be coarser than a variance close to zero.
            TensorPrimitives.Max(parameters, 0f, parameters);
        }

        meter.AddStatistics(parameters);
    }

    private string? Check(ModelSnapshot candidate, int count, StepMeasure meter)
    {
        if (!meter.IsFinite)
        {
            return string.Create(CultureInfo.InvariantCulture,
                $"The step of {count} updates makes parameters NaN or infinite. Lower the learning rate of the server (now {_options.Optimizer.LearningRate:G4}), or set {nameof(BufferedAggregatorOptions.MaxNorm)} or {nameof(BufferedAggregatorOptions.NormClip)}.");
        }

        try
        {
            return _options.Guard?.Check(_current, candidate, new StepStatistics(count, meter.Norm, meter.RootMeanSquare, _steps.Median));
        }
#pragma warning disable CA1031 // An exception of a custom guard must not fail the call of the device that completed the buffer.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return $"The guard {_options.Guard?.GetType().Name} threw {error.GetType().Name}: {error.Message}";
        }
    }

    /// <summary>Records a step that will be published in the optimizer and the direction.</summary>
    private void Record(OptimizerStep step)
    {
        _recordedSteps++;
        if (!_optimizer.IsRecording && _direction is null)
        {
            return;
        }

        _direction?.Begin();
        try
        {
            _buffer.Reduce((start, change, role) =>
            {
                if (role == ParameterRole.Trainable)
                {
                    _optimizer.Record(step, change, start);
                    _direction?.Record(start, change);
                }
            });
        }
        catch
        {
            // Both may contain a part of the step.
            ResetOptimizer();
            throw;
        }
    }

    private void ResetOptimizer()
    {
        _optimizer = _options.Optimizer.CreateState(Layout.ParameterCount);
        _recordedSteps = 0;
        _direction?.Reset();
    }

    private void Publish(ModelSnapshot version)
    {
        _buffer.SetReferenceExamples(_references.Examples);
        _statistics?.Publish(version);
        _history?.Publish(version);
        Volatile.Write(ref _current, version);
    }

    private void Refuse(int count, string reason)
    {
        Discard();
        Volatile.Write(ref _latestRefusal, new VersionRefusal(++_refusals, _current.Version, count, reason));
    }

    private void Discard()
    {
        _buffer.Clear();
        ClearHeld();
        _references.Discard();
        _validator.Discard();
        _bufferAge = 0;
    }

    private void ClearHeld()
    {
        _held.ForEach(static h => h.Dispose());
        _held.Clear();
    }
}
