using Ftte.Diagnostics;

namespace Ftte;

/// <content>Keeps the device's copy of the model, in memory and in a file.</content>
public sealed partial class FederatedClient
{
    private readonly HeldModelFile? _modelFile;
    private long? _modelSavedAt;

    private void Hold(ModelSnapshot model, ulong? fingerprint, string argument)
    {
        if (model.Layout.Fingerprint != _trainer.Layout.Fingerprint)
        {
            throw new ArgumentException(
                $"The held model has {model.Layout}, but the trainer's model has {_trainer.Layout}. Specify the model that this trainer trains, or none.", argument);
        }

        model.Parameters.CopyTo(_parameters);
        _heldFingerprint = fingerprint ?? model.Fingerprint;
        _heldVersion = model.Version.Number;
    }

    /// <summary>Loads the model of an earlier process.</summary>
    /// <returns>True if there was a valid one.</returns>
    private bool TryLoadModel()
    {
        if (_modelFile is null)
        {
            return false;
        }

        string? fault = _modelFile.TryLoad(_parameters.Span, out ModelVersion version, out ulong fingerprint);
        if (fault is null)
        {
            (_heldVersion, _heldFingerprint, _modelSavedAt) = (version.Number, fingerprint, _time.GetTimestamp());
        }
        else if (fault.Length > 0)
        {
            Log.ModelNotLoaded(_logger, _options.ClientId, fault);
        }

        return fault is null;
    }

    /// <summary>Saves the model after a check-out, unless it was saved shortly before.</summary>
    private void SaveModelIfDue(TrainingAssignment assignment)
    {
        if (_modelFile is null || (_modelSavedAt is { } saved && (assignment.Refreshed.Count == 0 || _time.GetElapsedTime(saved) < _options.ModelSaveInterval)))
        {
            return;
        }

        try
        {
            _modelFile.Save(_parameters.Span, assignment.Version, assignment.ModelFingerprint);
            _modelSavedAt = _time.GetTimestamp();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Log.ModelNotSaved(_logger, error, _options.ClientId, error.Message);
        }
    }
}
