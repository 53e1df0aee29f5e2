using System.Security.Cryptography;
using Ftte.Aggregation;
using Ftte.Privacy.Noise;

namespace Ftte.Privacy;

/// <content>Adds noise to a buffer and publishes it as a version.</content>
public sealed partial class PrivateAggregator
{
    /// <summary>Publishes the buffer as a version, or refuses it if the model would not be finite. The budget is spent in both cases.</summary>
    /// <returns>True if a version was published; otherwise false.</returns>
    private bool TryPublish()
    {
        int count = _buffer.Count;
        ParameterSelection touched = _buffer.Touched;
        AddNoise(touched);
        var parameters = GC.AllocateUninitializedArray<float>(Layout.ParameterCount);
        _current.Parameters.Span.CopyTo(parameters);
        var meter = new StepMeasure();
        var step = new OptimizerStep(_recordedSteps, count, _weights.Value / count, _bufferAge);
        _buffer.Reduce((start, change, _) =>
        {
            Span<float> run = parameters.AsSpan(start, change.Length);
            _optimizer.Apply(step, run, change, start);
            meter.Add(_current.Parameters.Span.Slice(start, change.Length), run);
        });
        if (meter.IsFinite)
        {
            _recordedSteps++;
            _buffer.Reduce((start, change, _) => _optimizer.Record(step, change, start));
        }

        EndBuffer();
        if (!meter.IsFinite)
        {
            string reason = $"The step of {count} updates makes parameters NaN or infinite. Lower the learning rate of the server, now {_options.Optimizer.LearningRate:G4}.";
            Volatile.Write(ref _latestRefusal, new VersionRefusal(++_refusals, _current.Version, count, reason));
            return false;
        }

        Volatile.Write(ref _current, ModelSnapshot.TakeOver(Layout, _current.Version.Next, parameters, touched));
        return true;
    }

    /// <summary>Adds noise to the sums of the buffer, and adapts the clipping norm for the next one.</summary>
    private void AddNoise(ParameterSelection touched)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        _buffer.AppendTo(hash);
        hash.AppendData(BitConverter.GetBytes(_unclipped));
        using var generator = new GaussianGenerator(_key.DeriveSeed(_participations.Step, hash.GetHashAndReset()));
        LatticeNoise.Add(_noise.Next(generator, touched), _clipping.StandardDeviation, _buffer.AddSums(touched));
        _clipping.Adapt(_unclipped, _buffer.Count, generator);
    }

    private void EndBuffer()
    {
        _buffer.Clear();
        _weights = default;
        _unclipped = 0;
        _bufferAge = 0;
        _validator.Publish(_current.Version);
        _participations.BeginStep();
    }
}
